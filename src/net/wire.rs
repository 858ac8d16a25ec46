//! The stream under a dialogue: plain TCP, or TLS over it, byte-accurate and bounded.

/// A live connection to a server.
pub struct Wire {
    // The helper for this room fills it: stream enum (plain | tls | gone), read buffer with hard limits, the place held among the manners.
}
