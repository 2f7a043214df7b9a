//! Stories of two partners, told to real nodes or to the simulator.

mod simulated;
