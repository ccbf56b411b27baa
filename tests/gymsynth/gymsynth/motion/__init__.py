"""Procedural motions by the name that a configuration gives them (`motion.type`).

Times in seconds from the first frame, lengths in metres, g = 9.81 m/s2."""

from .bench import BenchPress, Row
from .drop_jump import DropJump
from .floor_jumps import CMJ, SquatJump
from .gait import Run, Walk
from .hand_bar import BicepsCurl, Deadlift, OverheadPress
from .hip_thrust import HipThrust
from .lunge import Lunge
from .push_up import PullUp, PushUp
from .repeated_jumps import RepeatedJumps
from .squat import BackSquat, FrontSquat
from .stand import Rest, Spotter, Stand

STRENGTH = (
    *(BackSquat, FrontSquat, Deadlift, BenchPress, OverheadPress, BicepsCurl),
    *(Lunge, PushUp, PullUp, Row, HipThrust),
)
IDLE = (Stand, Rest, Spotter)
MOTIONS = {c.name: c for c in (*STRENGTH, *IDLE, CMJ, SquatJump, DropJump, RepeatedJumps, Run, Walk)}
