"""A Dask cluster of one worker in a process of its own, to be killed: prints its address and serves until then."""

from __future__ import annotations

import importlib
import time


def main() -> None:
    """Serve."""
    distributed = importlib.import_module("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        time.sleep(600)


if __name__ == "__main__":
    main()
