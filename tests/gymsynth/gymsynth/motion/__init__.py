"""Procedural motions by the name that a configuration gives them (`motion.type`).

Times in seconds from the first frame, lengths in metres, g = 9.81 m/s2."""

from .drop_jump import DropJump
from .floor_jumps import CMJ, SquatJump
from .gait import Run, Walk
from .hand_bar import BicepsCurl, Deadlift, OverheadPress
from .squat import BackSquat
from .stand import Stand

MOTIONS = {
    c.name: c for c in (BackSquat, Deadlift, OverheadPress, BicepsCurl, Stand, CMJ, SquatJump, DropJump, Run, Walk)
}
