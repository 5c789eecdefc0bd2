//! Which operations are open to clients, and which scope each takes: the one list for the gate and for the document.

use shared::clients::Scope;

/// What a client needs for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: anybody may read it, a client as well.
    Nothing,
    /// To be a client: it is about the client itself, and decides by its grants what it says.
    Token,
    /// What must be granted at the facility.
    Scope(Scope),
}

impl Need {
    /// The scope; none where it hangs on none.
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::Scope(scope) => Some(scope),
            Self::Nothing | Self::Token => None,
        }
    }
}

/// An operation that clients may call.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// How it is called.
    pub method: &'static str,
    /// Where, below the API's base.
    pub path: &'static str,
    /// Its id in the document.
    pub operation: &'static str,
    /// What it takes.
    pub need: Need,
}

const fn open(method: &'static str, path: &'static str, operation: &'static str, scope: Scope) -> Opening {
    Opening { method, path, operation, need: Need::Scope(scope) }
}

const fn public(path: &'static str, operation: &'static str) -> Opening {
    Opening { method: "GET", path, operation, need: Need::Nothing }
}

const fn own(method: &'static str, path: &'static str, operation: &'static str) -> Opening {
    Opening { method, path, operation, need: Need::Token }
}

/// All of them.
pub const OPEN: &[Opening] = &[
    public("/municipalities", "list_municipalities"),
    public("/compacts", "list_compacts"),
    public("/programmes", "list_programmes"),
    public("/procedures", "list_procedures"),
    public("/facilities", "list_facilities"),
    public("/facilities/{facility_id}", "get_facility"),
    public("/slots", "list_slots"),
    public("/slots/{slot_id}", "get_slot"),
    public("/settings", "get_settings"),
    own("GET", "/events", "list_events"),
    open("GET", "/staff/offerings", "list_offerings", Scope::FacilitiesRead),
    open("GET", "/staff/classes", "get_classes", Scope::FacilitiesRead),
    open("GET", "/staff/patterns", "list_patterns", Scope::FacilitiesRead),
    open("GET", "/staff/duties/{offering_id}", "get_duty", Scope::FacilitiesRead),
    open("GET", "/staff/slots", "list_staff_slots", Scope::SlotsRead),
    open("GET", "/staff/waitlist", "list_slot_queues", Scope::SlotsRead),
    open("GET", "/staff/places/changes", "list_place_changes", Scope::SlotsRead),
    open("GET", "/staff/places/changes/{change_id}", "get_place_change", Scope::SlotsRead),
    open("POST", "/staff/slots/preview", "preview_slots", Scope::SlotsRead),
    open("POST", "/slots/{slot_id}/preview", "preview_slot_change", Scope::SlotsRead),
    open("POST", "/staff/places/preview", "preview_places", Scope::SlotsRead),
    open("POST", "/staff/closures/preview", "preview_closure", Scope::SlotsRead),
    open("POST", "/staff/classes/preview", "preview_classes", Scope::SlotsRead),
    open("POST", "/staff/slots", "publish_slots", Scope::SlotsWrite),
    open("PATCH", "/slots/{slot_id}", "change_slot", Scope::SlotsWrite),
    open("POST", "/staff/closures", "close_slots", Scope::SlotsWrite),
    open("POST", "/staff/places", "change_places", Scope::SlotsWrite),
    open("POST", "/staff/places/changes/{change_id}/undo", "undo_place_change", Scope::SlotsWrite),
    open("PATCH", "/staff/classes", "change_regular_classes", Scope::SlotsWrite),
    open("POST", "/staff/patterns", "add_pattern", Scope::SlotsWrite),
    open("PATCH", "/staff/patterns/{pattern_id}", "change_pattern", Scope::SlotsWrite),
    open("DELETE", "/staff/patterns/{pattern_id}", "remove_pattern", Scope::SlotsWrite),
    open("PATCH", "/staff/duties/{offering_id}", "change_duty", Scope::SlotsWrite),
    open("GET", "/bookings", "list_bookings", Scope::BookingsRead),
    open("GET", "/bookings/{booking_id}", "get_booking", Scope::BookingsRead),
    open("POST", "/bookings/{booking_id}/reschedule/preview", "preview_reschedule", Scope::BookingsRead),
    open("POST", "/staff/bookings/quote", "quote_entry", Scope::BookingsRead),
    open("POST", "/bookings/{booking_id}/decide", "decide_booking", Scope::BookingsWrite),
    open("POST", "/bookings/{booking_id}/cancel", "cancel_booking", Scope::BookingsWrite),
    open("POST", "/bookings/{booking_id}/reschedule", "reschedule_booking", Scope::BookingsWrite),
    open("POST", "/staff/bookings", "enter_booking", Scope::BookingsWrite),
    open("GET", "/staff/today", "get_board", Scope::AttendanceRead),
    open("GET", "/bookings/{booking_id}/attendance", "list_attendance", Scope::AttendanceRead),
    open("POST", "/bookings/{booking_id}/check_in", "check_in_booking", Scope::AttendanceWrite),
    open("POST", "/bookings/{booking_id}/check_out", "check_out_booking", Scope::AttendanceWrite),
    open("POST", "/bookings/{booking_id}/absent", "mark_booking_absent", Scope::AttendanceWrite),
    open("POST", "/bookings/{booking_id}/attendance/undo", "undo_attendance", Scope::AttendanceWrite),
    open("POST", "/bookings/{booking_id}/attendance/correct", "correct_attendance", Scope::AttendanceWrite),
];

/// The operation of a method and path template, where clients may call it.
pub fn find(method: &str, path: &str) -> Option<&'static Opening> {
    OPEN.iter().find(|opening| opening.method == method && opening.path == path)
}

/// What a path template's names stand for in a path that fits it.
pub fn values<'a>(template: &'a str, path: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let name = |part: &'a str| part.strip_prefix('{')?.strip_suffix('}');
    template.split('/').zip(path.split('/')).filter_map(move |(part, value)| Some((name(part)?, value)))
}
