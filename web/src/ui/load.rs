//! What is loaded from somewhere: waiting, failure with another try, nothing, something.

use leptos::prelude::*;
use shared::locale::Locale;

use super::buttons::{Button, Look};
use super::messages::{Banner, Tone};
use super::pieces::EmptyState;
use crate::i18n::{Say, Text, locale, marked, t};

/// Something that went wrong and can say so.
pub trait Explain {
    /// What happened and what to do; may carry furigana marks.
    fn sentences(&self, locale: Locale) -> Vec<String>;

    /// Whether the thing asked for does not exist, so that trying again makes no sense.
    fn is_missing(&self) -> bool {
        false
    }

    /// Whether somebody else was quicker, so that reading the thing anew helps.
    fn is_stale(&self) -> bool {
        false
    }
}

/// Why something was refused or could not be had; read out when it appears, wherever it stands.
#[component]
pub fn Refusal<E: Explain + Send + 'static>(
    /// What went wrong.
    why: E,
    /// What stands below it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Banner tone=Tone::Error alert=true>
            {move || why.sentences(locale()).iter().map(|sentence| view! { <p>{marked(sentence)}</p> }).collect_view()}
            {children.map(|children| children())}
        </Banner>
    }
}

/// Why a step was refused, as long as it is; where somebody else was quicker, with a way to read the thing anew.
#[cfg(feature = "pages")]
#[component]
pub fn Refused<E: Explain + Clone + Send + Sync + 'static>(
    /// What went wrong, if anything did.
    why: RwSignal<Option<E>>,
    /// Reads the thing anew.
    again: Callback<()>,
) -> impl IntoView {
    move || {
        why.get().map(|why| {
            let is_stale = why.is_stale();
            view! {
                <Refusal why>
                    {is_stale.then(|| view! { <Button look=Look::Outline on_press=again><Say key="ui.read_again"/></Button> })}
                </Refusal>
            }
        })
    }
}

/// Grey lines in the place of what comes.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{move || t("ui.loading")}</span>
            <span class="skeleton-line"></span>
            <span class="skeleton-line"></span>
            <span class="skeleton-line"></span>
        </div>
    }
}

/// Reading a resource anew after something in it was changed. Made by [`renewal`], given to [`Load`].
#[derive(Clone, Copy)]
pub struct Renewal {
    /// Reads it anew.
    pub again: Callback<()>,
    is_under_way: RwSignal<bool>,
}

/// Lets what stands on the screen be read anew; nothing can be filled into it meanwhile, because it is about to go.
#[cfg(feature = "pages")]
pub fn renewal<T: 'static>(what: LocalResource<T>) -> Renewal {
    let is_under_way = RwSignal::new(false);
    let again = Callback::new(move |()| {
        is_under_way.set(true);
        what.refetch();
    });
    Renewal { again, is_under_way }
}

/// Shows what a resource brings. While it is fetched again the old stays on the screen.
///
/// ```text
/// <Load what=facilities is_empty=Vec::is_empty empty="facilities.none" let:list>
///     <FacilityList list/>
/// </Load>
/// ```
#[component]
pub fn Load<T, E, F, V>(
    /// The resource.
    what: LocalResource<Result<T, E>>,
    /// Whether there is nothing to show.
    #[prop(optional)]
    is_empty: Option<fn(&T) -> bool>,
    /// What to say then.
    #[prop(optional, into)]
    empty: Option<Text>,
    /// How it is read anew; none: nothing is filled in here.
    #[prop(optional)]
    renewal: Option<Renewal>,
    /// The view of the value.
    children: F,
) -> impl IntoView
where
    T: Clone + 'static,
    E: Explain + Clone + Send + 'static,
    F: Fn(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    move || {
        let found = what.get();
        // What comes now is there to be used, and may take the focus.
        if let Some(Renewal { is_under_way, .. }) = renewal {
            is_under_way.set(false);
        }
        match found {
            None => view! { <Skeleton/> }.into_any(),
            Some(Err(why)) => {
                let again = !why.is_missing();
                view! {
                    <Refusal why>
                        {again
                            .then(|| {
                                view! {
                                    <Button look=Look::Outline on_press=Callback::new(move |()| what.refetch())>
                                        <Say key="ui.try_again"/>
                                    </Button>
                                }
                            })}
                    </Refusal>
                }
                .into_any()
            }
            Some(Ok(value)) => match (is_empty, &empty) {
                (Some(is_empty), Some(words)) if is_empty(&value) => view! { <EmptyState words=words.clone()/> }.into_any(),
                _ => match renewal {
                    Some(Renewal { is_under_way, .. }) => {
                        let busy = move || is_under_way.get().then_some("true");
                        view! { <div class="as-is" inert=move || is_under_way.get() aria-busy=busy>{children(value)}</div> }.into_any()
                    }
                    None => children(value).into_any(),
                },
            },
        }
    }
}
