//! The parts every page is made of. They know only their props: no word of the domain, no HTTP.
//!
//! Words come as [`crate::i18n::Text`]: `label="search.title"` is a key, `label=text(move || …)` any text. Values are `RwSignal`s.
//!
//! | part | props (those in brackets are optional) |
//! |---|---|
//! | [`Button`] | `on_press`, `[look: Look]`, `[submit]`, `[busy: Signal<bool>]`, `[disabled: Signal<bool>]`, `[icon]`; children |
//! | [`LinkButton`] | `href`, `[look]`, `[icon]`; children |
//! | [`Form`] | `on_submit`; children: fields and a `Button` with `submit` |
//! | [`Field`] | `id`, `label`, `[required: Need]`, `[hint]`, `[error: Signal<Option<String>>]`; children: one input |
//! | [`TextInput`], [`PasswordInput`], [`TextArea`], [`Select`] | `value`, and what the element needs; label, id and error come from the `Field` around |
//! | `FileButton` (not in the search) | `id`, `label`, `accept`, `on_pick`, `[busy]`, `[described_by]`, `[invalid]` |
//! | `FileInput` (pages of staff) | `value: RwSignal<Option<PickedFile>>`, `accept`; in a `Field` |
//! | [`RadioGroup`], [`CheckboxGroup`] | `id`, `legend`, `choices: Signal<Vec<Choice>>`, `value`, `[required]`, `[hint]`, `[error]` |
//! | [`Checkbox`] | `id`, `label`, `value` |
//! | [`DateInput`] | `id`, `legend`, `value: RwSignal<Option<NaiveDate>>`, `first_year`, `last_year`, `[required]`, `[hint]`, `[error]` |
//! | [`ErrorSummary`] | `errors: Signal<Vec<FieldError>>`, `[others: Signal<Vec<String>>]`; set them when a form is sent, it takes the focus then |
//! | [`PageTitle`] | `text`; the `h1`, once per page and outside of `Load` |
//! | [`Load`] | `what: LocalResource<Result<T, E>>`, `[is_empty: fn(&T) -> bool]`, `[empty]`; children `let:value` |
//! | [`Refusal`] | `why`; children. It is an alert itself |
//! | `Refused` (not in the search) | `why: RwSignal<Option<E>>`, `again: Callback<()>`: the refusal of a step, with a way to read the thing anew |
//! | `Counts`, `QueueTable`, `QueueCell`, `QueueFigure`, `Pager` (pages of staff) | a list that is worked through: see each |
//! | [`Banner`] | `[tone]`, `[title]`, `[alert]`, `[on_close]`; children |
//! | [`Dialog`] | `id`, `title`, `open: RwSignal<bool>`; children |
//! | [`Steps`], [`Breadcrumbs`], [`Tabs`], [`TabPanel`], [`Chip`], [`Card`], [`Disclosure`], [`OutsideLink`], [`Table`], [`Facts`], [`Fact`], [`EmptyState`], [`Skeleton`] | see each |
//! | [`WeekCalendar`] | `label`, `first: Signal<NaiveDate>`, `today`, `cells: Fn(NaiveDate) -> AnyView`, `[note]`, `[on_move]` |
//! | [`Availability`] | `level: Level`, `[count]`, `words` |
//! | [`Map`] | `label`, `pins: Signal<Vec<Pin>>`, `centre`, `on_pick` |
//! | [`Icon`] | `glyph: Glyph` |
//!
//! Classes for layout without a part: `stack` (things under each other), `row` (side by side, wrapping), `grid` (cards), `narrow` (forms and
//! text), `visually-hidden`, `no-print`, `print-only`, `quiet` (less important text), `number` (figures in tables).

mod buttons;
mod calendar;
#[cfg(feature = "pages")]
mod camera;
mod choices;
#[cfg(feature = "pages")]
mod copying;
mod date;
mod dialog;
mod fields;
#[cfg(feature = "pages")]
mod files;
mod icons;
mod load;
mod map;
mod messages;
#[cfg(any(feature = "family", feature = "office"))]
mod pager;
mod pieces;
#[cfg(feature = "pages")]
mod places;
#[cfg(any(feature = "staff", feature = "office"))]
mod queue;
mod tabs;
mod title;

pub use buttons::{Button, LinkButton, Look};
pub use calendar::{Availability, Level, WeekCalendar};
#[cfg(feature = "pages")]
pub use camera::Camera;
pub use choices::{Checkbox, CheckboxGroup, Choice, RadioGroup};
#[cfg(feature = "office")]
pub use copying::Copied;
#[cfg(feature = "pages")]
pub use copying::copy;
pub use date::DateInput;
pub use dialog::Dialog;
pub use fields::{Field, Form, Need, PasswordInput, Select, TextArea, TextInput};
#[cfg(feature = "pages")]
pub use files::FileButton;
#[cfg(feature = "office")]
pub use files::{FileInput, PickedFile, save};
pub use icons::{Glyph, Icon};
pub use load::{Explain, Load, Refusal, Skeleton};
#[cfg(feature = "pages")]
pub use load::{Refused, renewal};
pub use map::{Map, Pin};
pub use messages::{Banner, ErrorSummary, FieldError, Tone, focus, taking_focus};
#[cfg(any(feature = "family", feature = "office"))]
pub use pager::Pager;
pub use pieces::{Breadcrumbs, Card, Chip, Disclosure, EmptyState, Fact, Facts, OutsideLink, Steps, Table};
#[cfg(feature = "pages")]
pub use places::led_to_current;
#[cfg(any(feature = "staff", feature = "office"))]
pub use queue::{Counts, QueueCell, QueueFigure, QueueTable};
pub use tabs::{TabPanel, Tabs};
pub use title::PageTitle;
