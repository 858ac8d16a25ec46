//! Every check keeps its word in every practice world: what it emits, shows, ends and leaves behind.

mod promises;
mod worlds;
