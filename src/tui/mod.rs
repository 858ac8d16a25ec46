//! The wizard on a full screen.
