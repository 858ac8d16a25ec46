//! Small things that screens are drawn with.

mod frame;
mod pen;
mod spots;
mod wrap;

pub(super) use frame::{Head, footer, head, key_name, note_line};
pub(super) use pen::Pen;
pub(super) use spots::{Spot, Spots};
pub(super) use wrap::wrap;
