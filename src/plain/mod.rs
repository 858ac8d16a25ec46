//! The wizard as numbered lines, for screen readers and dumb terminals.
