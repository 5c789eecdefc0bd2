//! A small set of pictures, drawn on a grid of 24.

use leptos::prelude::*;

/// A picture of the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Glyph {
    Search,
    Bell,
    Calendar,
    Family,
    Menu,
    Home,
    Pin,
    Clock,
    Yen,
    Phone,
    Globe,
    Check,
    Cross,
    Plus,
    Pencil,
    Info,
    Warning,
    Error,
    Left,
    Right,
    Down,
    External,
    Print,
    Bag,
    Car,
    List,
    Map,
    Person,
    Exit,
    NoNetwork,
    Lock,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21",
            Self::Bell => "M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21.5h4M12 5V3",
            Self::Calendar => "M4 6h16v14H4zM4 10.5h16M8 3.5V7M16 3.5V7M8 14.5h2M14 14.5h2",
            Self::Family => {
                "M8.5 4a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM17 9.5a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6zM2.5 20.5v-2a6 6 0 0 1 12 0v2M16.5 16.7a4 4 0 0 1 5 3.8"
            }
            Self::Menu => "M4 6.5h16M4 12h16M4 17.5h16",
            Self::Home => "M3.5 11.5 12 4l8.5 7.5M6 10v10h12V10M10 20v-5.5h4V20",
            Self::Pin => "M12 21.5c4-4.4 7-8 7-11.7A7 7 0 0 0 5 9.8c0 3.7 3 7.3 7 11.7zM12 7.3a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
            Self::Clock => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3.5 2",
            Self::Yen => "M6 4l6 8 6-8M12 12v8.5M7.5 13h9M7.5 16.5h9",
            Self::Phone => {
                "M6 3.5h3.5l1.5 5-2 1.5a12 12 0 0 0 5 5l1.5-2 5 1.5V18c0 1.5-1 2.5-2.5 2.5C10.5 20.5 3.5 13.5 3.5 6 3.5 4.5 4.5 3.5 6 3.5z"
            }
            Self::Globe => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17",
            Self::Check => "M4.5 12.5l5 5L19.5 7",
            Self::Cross => "M6 6l12 12M18 6 6 18",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Pencil => "M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5",
            Self::Info => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.3v.4",
            Self::Warning => "M12 4 2.5 20h19zM12 10v5M12 17.3v.4",
            Self::Error => "M8.5 3.5h7l5 5v7l-5 5h-7l-5-5v-7zM12 7.5V13M12 16.2v.4",
            Self::Left => "M15 5l-7 7 7 7",
            Self::Right => "M9 5l7 7-7 7",
            Self::Down => "M5 9l7 7 7-7",
            Self::External => "M14 4h6v6M20 4l-9 9M17 14v6H4V7h6",
            Self::Print => "M7 8.5V3.5h10v5M7 17.5H3.5v-9h17v9H17M7 14h10v6.5H7z",
            Self::Bag => "M4.5 8h15l-1 12.5h-13zM8.5 8V7a3.5 3.5 0 0 1 7 0v1",
            Self::Car => {
                "M3.5 16.5v-4l2-1 2-5h9l2 5 2 1v4zM7.5 14.8a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zM16.5 14.8a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z"
            }
            Self::List => "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.5M4 12h.5M4 17.5h.5",
            Self::Map => "M3.5 6.5l5.5-2.5 6 2.5 5.5-2.5v13.5l-5.5 2.5-6-2.5-5.5 2.5zM9 4v13.5M15 6.5V20",
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5v-1a7.5 7.5 0 0 1 15 0v1",
            Self::Exit => "M13 4H5v16h8M10 12h11M17 8l4 4-4 4",
            Self::Lock => "M5.5 10.5h13v10h-13zM8 10.5V8a4 4 0 0 1 8 0v2.5M12 14.5v2.5",
            Self::NoNetwork => {
                "M3.5 4.5l16 16M5 12.5a10 10 0 0 1 4.5-2.5M14 9.8a10 10 0 0 1 5 2.7M2.5 9A14 14 0 0 1 7 6.3M11 5.2A14 14 0 0 1 21.5 9M8.5 16a5 5 0 0 1 6-.7M12 19.5h.1"
            }
        }
    }
}

/// A picture beside words; it says nothing by itself.
#[component]
pub fn Icon(
    /// Which one.
    glyph: Glyph,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=glyph.path()></path>
        </svg>
    }
}
