//! Taking back a mis-tap, and another time for a booking: three taps, or dragged in the week.

mod confirm;
mod page;
mod undo;
mod week;

pub use self::confirm::MoveDialog;
pub use self::page::MovePage;
pub use self::undo::UndoPart;
