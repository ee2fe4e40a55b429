"""Makes the demo's sound and picture pack; run by developers only (`python -m synctui.simulators.making`).

Needs the programs flite, espeak-ng and ffmpeg, and the font DejaVu Serif. Users never need it: the pack ships.
"""
