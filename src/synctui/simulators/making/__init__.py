"""Makes the demo's sound and picture pack; run by developers only (`python -m synctui.simulators.making`).

Needs the programs flite and espeak-ng, and fonts that ffmpeg's drawtext finds. Users never need it: the pack ships.
"""
