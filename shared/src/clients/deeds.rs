//! What people are told that a client did: operations in their words.

use crate::locale::Locale;
use crate::problem::sentence;

/// The operations that are open to clients, each with words of its own.
pub const DEEDS: &[&str] = &[
    "list_municipalities",
    "list_compacts",
    "list_programmes",
    "list_procedures",
    "list_facilities",
    "get_facility",
    "list_slots",
    "get_slot",
    "get_settings",
    "list_events",
    "list_offerings",
    "get_classes",
    "list_patterns",
    "get_duty",
    "list_staff_slots",
    "list_slot_queues",
    "list_place_changes",
    "get_place_change",
    "preview_slots",
    "preview_slot_change",
    "preview_places",
    "preview_closure",
    "preview_classes",
    "publish_slots",
    "change_slot",
    "close_slots",
    "change_places",
    "undo_place_change",
    "change_regular_classes",
    "add_pattern",
    "change_pattern",
    "remove_pattern",
    "change_duty",
    "list_bookings",
    "get_booking",
    "preview_reschedule",
    "quote_entry",
    "decide_booking",
    "cancel_booking",
    "reschedule_booking",
    "enter_booking",
    "get_board",
    "list_attendance",
    "check_in_booking",
    "check_out_booking",
    "mark_booking_absent",
    "undo_attendance",
    "correct_attendance",
];

/// An operation in words; whatever is not open to clients is told as one thing.
pub fn deed(operation: &str, locale: Locale) -> String {
    let operation = DEEDS.iter().find(|known| **known == operation).copied().unwrap_or("closed");
    sentence(&format!("clients.did.{operation}"), locale)
}
