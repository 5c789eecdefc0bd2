//! What stands round every page: header, navigation, notices, footer.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};
use shared::access::{Area, Role, may};
use shared::locale::Locale;

use crate::flash::{Flash, FlashRegion, use_flash};
use crate::i18n::{LocaleContext, Say, t, t_with, text};
use crate::notices::{Unread, keep_unread};
use crate::offline::{self, UNSENT, use_online};
use crate::paths;
use crate::session::{EndedNotice, Standing, use_session};
use crate::ui::{Banner, Button, Glyph, Icon, Look, Tone};

/// The frame with the page in it.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    keep_unread();
    #[cfg(feature = "office")]
    crate::proxy::keep_proxy();
    // Nothing of it is in the builds without the pages of staff: a first visit is loaded by the byte.
    #[cfg(feature = "staff")]
    let practice = view! { <crate::practice::PracticeBanner/> };
    #[cfg(not(feature = "staff"))]
    let practice = ();
    view! {
        <a class="skip-link" href="#main" on:click=skip_to_main><Say key="app.skip_to_main"/></a>
        <DemoNotice/>
        {practice}
        <Header/>
        <div class="page">
            <OfflineNotice/>
            <EndedNotice/>
            <FlashRegion/>
            <main id="main" tabindex="-1">{children()}</main>
        </div>
        <Footer/>
        <BottomBar/>
    }
}

fn skip_to_main(event: leptos::ev::MouseEvent) {
    use wasm_bindgen::JsCast;
    // The address must not change: the router would take `#main` for a navigation.
    event.prevent_default();
    if let Some(main) = document().get_element_by_id("main").and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = main.focus();
    }
}

#[component]
fn DemoNotice() -> impl IntoView {
    view! {
        <aside class="demo-notice no-print" aria-label=move || t("app.demo_label")>
            <p><Say key="app.demo_notice"/></p>
        </aside>
    }
}

#[component]
fn OfflineNotice() -> impl IntoView {
    let online = use_online();
    view! {
        <div aria-live="polite" class="no-print">
            <Show when=move || !online.get()>
                <Banner tone=Tone::Warning title="app.offline_title"><p><Say key="app.offline"/></p></Banner>
            </Show>
        </div>
    }
}

/// The mark and the name of the service.
#[component]
fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href=paths::home()>
            <img src="/icons/mark.svg" alt="" width="40" height="40"/>
            <span class="brand-name"><Say key="app.name"/></span>
        </a>
    }
}

/// Another language, at once and without loading anything.
#[component]
pub fn LanguageSwitch(
    /// Id of the element; the switch may stand twice on a page.
    id: &'static str,
) -> impl IntoView {
    let language = use_context::<LocaleContext>();
    let is_chosen = move |locale: Locale| language.is_some_and(|language| language.get() == locale);
    view! {
        <div class="language-switch">
            <label for=id class="language-label"><Icon glyph=Glyph::Globe/><span class="visually-hidden">"言語 / Language"</span></label>
            <select
                id=id
                on:change:target=move |event| {
                    if let (Some(language), Some(locale)) = (language, Locale::from_tag(&event.target().value())) {
                        language.choose(locale);
                    }
                }
            >
                {Locale::ALL
                    .map(|locale| {
                        view! { <option value=locale.tag() lang=locale.html_lang() prop:selected=move || is_chosen(locale)>{own_name(locale)}</option> }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}

/// The name that a language's own readers know it by; the same in every language.
pub const fn own_name(locale: Locale) -> &'static str {
    match locale {
        Locale::Ja => "日本語",
        Locale::Easy => "やさしい日本語",
        Locale::En => "English",
    }
}

/// The places of the navigation: address, words, picture.
fn places() -> [(String, &'static str, Glyph); 4] {
    [
        (paths::home(), "app.nav_search", Glyph::Search),
        (paths::bookings(), "app.nav_bookings", Glyph::Calendar),
        (paths::notices(), "app.nav_notices", Glyph::Bell),
        (paths::family(), "app.nav_family", Glyph::Family),
    ]
}

fn use_is_staff() -> Memo<bool> {
    let session = use_session();
    Memo::new(move |_| session.standing() == Standing::Locked || session.me().is_some_and(|me| may(&me.role, Area::Staff)))
}

// Only the build that has the pages of officers leads there.
fn use_is_officer() -> Memo<bool> {
    let session = use_session();
    Memo::new(move |_| cfg!(feature = "office") && session.me().is_some_and(|me| may(&me.role, Area::Outreach)))
}

#[component]
fn Places() -> impl IntoView {
    let is_staff = use_is_staff();
    let is_officer = use_is_officer();
    move || {
        if is_staff.get() {
            view! { <li><A href=paths::staff() attr:class="nav-link"><Icon glyph=Glyph::List/><span><Say key="app.nav_staff"/></span></A></li> }.into_any()
        } else if is_officer.get() {
            view! { <li><A href=paths::office() attr:class="nav-link"><Icon glyph=Glyph::List/><span><Say key="office.nav"/></span></A></li> }.into_any()
        } else {
            places()
                .map(|(href, words, glyph)| {
                    let exact = href == "/";
                    let unread = glyph == Glyph::Bell;
                    view! { <li><A href exact attr:class="nav-link"><Icon glyph/><span><Say key=words/></span>{unread.then(|| view! { <Unread/> })}</A></li> }
                })
                .collect_view()
                .into_any()
        }
    }
}

/// Whose record is open, where this build has the pages for it.
#[component]
fn Acting() -> impl IntoView {
    #[cfg(feature = "office")]
    {
        view! { <crate::proxy::ProxyBanner/> }
    }
}

#[component]
fn Header() -> impl IntoView {
    view! {
        <header class="header no-print">
            <div class="header-inner">
                <Brand/>
                <nav class="header-nav" aria-label=move || t("app.nav_label")><ul><Places/></ul></nav>
                <div class="header-tools">
                    <LanguageSwitch id="language"/>
                    <div class="header-account"><Account/></div>
                </div>
            </div>
            <Acting/>
        </header>
    }
}

/// Who is signed in, and the way in or out.
#[component]
pub fn Account() -> impl IntoView {
    let session = use_session();
    let flash = use_flash();
    let location = use_location();
    let navigate = use_navigate();
    let sign_out = Callback::new(move |()| {
        let navigate = navigate.clone();
        spawn_local(async move {
            match session.sign_out().await {
                Ok(said) => {
                    navigate(&paths::home(), NavigateOptions::default());
                    say_signed_out(flash, said);
                }
                Err(failure) => flash.failed(&failure),
            }
        });
    });
    // Signing in from a page leads back to it; the pages for signing in are no place to come back to.
    let next = move || {
        let path = location.pathname.get();
        let is_door = path == paths::sign_in(None) || path == paths::register(None) || path == paths::home() || path == paths::menu();
        paths::sign_in((!is_door).then_some(path.as_str()))
    };
    move || match session.standing() {
        // On a locked device the page itself asks who it is.
        Standing::Unknown | Standing::Locked => ().into_any(),
        Standing::SignedOut | Standing::Ended(_) => view! {
            <a class="button button-outline" href=next><span><Say key="app.sign_in"/></span></a>
        }
        .into_any(),
        Standing::SignedIn(me) => {
            let name = me.name.clone();
            let words = move || t_with("app.person", &[("name", name.clone())]);
            view! {
                {own_name_leads(&me.role, words)}
                // A shared device is locked, on the pages of staff.
                {(!me.is_shared).then(|| view! { <Button look=Look::Text on_press=sign_out><Say key="app.sign_out"/></Button> })}
            }
            .into_any()
        }
    }
}

/// Where staff leave something on the device that is not sent yet, they are told.
fn say_signed_out(flash: Flash, said: &'static str) {
    match offline::read_device::<usize>(UNSENT) {
        Some(count) if cfg!(feature = "pages") && count > 0 => {
            flash.tell(text(move || t_with("unsent.signed_out", &[("count", count.to_string())])));
        }
        _ => flash.done(said),
    }
}

/// The name of who is signed in; it leads to the account where this build, or the one it loads, has more than the search.
fn own_name_leads(role: &Role, words: impl Fn() -> String + Send + 'static) -> AnyView {
    if cfg!(feature = "pages") {
        view! { <a class="account-name" href=paths::account(role)><Icon glyph=Glyph::Person/>{words}</a> }.into_any()
    } else {
        view! { <span class="account-name"><Icon glyph=Glyph::Person/>{words}</span> }.into_any()
    }
}

#[component]
fn BottomBar() -> impl IntoView {
    view! {
        <nav class="bottom-bar no-print" aria-label=move || t("app.nav_label")>
            <ul>
                <Places/>
                <li><A href=paths::menu() attr:class="nav-link"><Icon glyph=Glyph::Menu/><span><Say key="app.nav_menu"/></span></A></li>
            </ul>
        </nav>
    }
}

#[component]
fn Footer() -> impl IntoView {
    view! {
        <footer class="footer no-print">
            <div class="footer-inner">
                <ul class="row">
                    <li><a href=paths::accessibility()><Say key="app.accessibility"/></a></li>
                    // Served by the API's own pages, not by the app's router.
                    <li><a href="/docs" rel="external"><Say key="app.api_docs"/></a></li>
                    <li><a href=paths::staff()><Say key="app.for_staff"/></a></li>
                </ul>
                <p class="quiet"><Say key="app.footer"/></p>
            </div>
        </footer>
    }
}
