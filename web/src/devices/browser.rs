//! The browser's part: asking it for leave. Its script is fetched when the page is opened.

use js_sys::{Function, Promise, Reflect};
use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::api::Failure;
use crate::passkeys::script;

/// Whether this browser can show notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// It can.
    Here,
    /// As an app on the home screen it could.
    HomeScreen,
    /// It cannot.
    None,
}

/// How notices stand in this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Standing {
    /// Whether it can show them.
    pub support: Support,
    /// The person has refused them in the browser.
    #[serde(default)]
    pub refused: bool,
    /// They are on, as far as the browser knows.
    #[serde(default)]
    pub on: bool,
}

/// Why notices could not be turned on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The person did not give leave.
    Refused,
    /// The browser or the server did not do it.
    Failed(Failure),
}

impl From<Failure> for Why {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<JsValue> for Why {
    fn from(error: JsValue) -> Self {
        match Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string()).as_deref() {
            Some("NotAllowedError") => Self::Refused,
            _ => Self::Failed(Failure::Unexpected),
        }
    }
}

async fn ask(verb: &str, word: &str) -> Result<String, JsValue> {
    let script = script("/push.js", "push").await?;
    let verb: Function = Reflect::get(&script, &verb.into())?.dyn_into()?;
    let asked: Promise = verb.call1(&script, &word.into())?.dyn_into()?;
    Ok(JsFuture::from(asked).await?.as_string().unwrap_or_default())
}

/// How notices stand here.
pub async fn standing() -> Standing {
    let said = ask("state", "").await.unwrap_or_default();
    serde_json::from_str(&said).unwrap_or(Standing { support: Support::None, refused: false, on: false })
}

/// Asks for leave and has the browser describe itself.
pub async fn turn_on(key: &str) -> Result<Value, Why> {
    serde_json::from_str(&ask("on", key).await?).map_err(|_| Why::Failed(Failure::Unexpected))
}

/// Has the browser take nothing from us any more.
pub async fn turn_off() {
    // What the server does not know any more is not written to in any case.
    let _ = ask("off", "").await;
}
