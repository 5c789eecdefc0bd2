//! How big the letters are on this device.

use leptos::prelude::*;

use crate::offline;

/// Under this name the device remembers the size.
const KEPT_AS: &str = "type_size";
/// The sizes in percent of the browser's own; a style sheet has each.
const SIZES: [&str; 4] = ["100", "125", "150", "200"];

/// Takes the size that was chosen on this device; called once when the app starts.
pub fn recall_size() {
    mark(&chosen());
}

fn chosen() -> String {
    offline::read_device::<String>(KEPT_AS).filter(|size| SIZES.contains(&size.as_str())).unwrap_or_else(|| "100".to_owned())
}

fn mark(size: &str) {
    if let Some(root) = document().document_element() {
        // Without it the letters stay as the browser has them.
        let _ = root.set_attribute("data-type-size", size);
    }
}

/// Chooses the size, seen at once.
#[cfg(feature = "pages")]
#[component]
pub fn TypeSize() -> impl IntoView {
    use crate::i18n::{Text, t_with, text};
    use crate::ui::{Choice, Need, RadioGroup};

    let size = RwSignal::new(chosen());
    Effect::new(move |before: Option<String>| {
        let now = size.get();
        if before.is_some_and(|before| before != now) {
            offline::write_device(KEPT_AS, &now);
            mark(&now);
        }
        now
    });
    let words = |size: &'static str| match size {
        "100" => Text::Key("reading.usual"),
        percent => text(move || t_with("reading.percent", &[("percent", percent.to_owned())])),
    };
    let choices: Vec<Choice> = SIZES.iter().map(|size| Choice::new(*size, words(size))).collect();
    view! {
        <section class="card stack">
            <RadioGroup id="type_size" legend="reading.size" hint="reading.size_hint" required=Need::Unsaid choices=Signal::stored(choices) value=size/>
        </section>
    }
}
