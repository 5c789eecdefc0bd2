//! The browser's part: asking the device. Its script is fetched when it is first needed.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlScriptElement;

use crate::api::Failure;
use crate::settings;

/// Why there is no passkey to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The person turned back, or the device did not make sure who it is: browsers do not tell which.
    Cancelled,
    /// The device has a passkey of this account already.
    Already,
    /// The server refused, or the device does not work.
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
            Some("NotAllowedError" | "AbortError") => Self::Cancelled,
            Some("InvalidStateError") => Self::Already,
            _ => Self::Failed(Failure::Unexpected),
        }
    }
}

/// Whether passkeys can be used on this page: the installation has them here, and the browser knows what they are.
pub fn is_offered() -> bool {
    let window = window();
    let is_here = settings::passkey_origin().is_some_and(|origin| window.location().origin().is_ok_and(|here| here == origin));
    is_here && Reflect::has(&window, &"PublicKeyCredential".into()).unwrap_or_default()
}

/// What a script of the app's own brings under this name, once it is there.
pub async fn script(address: &str, name: &str) -> Result<JsValue, JsValue> {
    let known = Reflect::get(&window(), &name.into())?;
    if !known.is_undefined() {
        return Ok(known);
    }
    let element: HtmlScriptElement = document().create_element("script")?.unchecked_into();
    element.set_src(address);
    let loaded = Promise::new(&mut |resolve, reject| {
        element.set_onload(Some(&resolve));
        element.set_onerror(Some(&reject));
    });
    if let Some(head) = document().head() {
        head.append_child(&element)?;
    }
    JsFuture::from(loaded).await?;
    Reflect::get(&window(), &name.into())
}

/// Asks the device.
async fn ask(verb: &str, options: &Value) -> Result<Value, Why> {
    let script = script("/passkeys.js", "passkeys").await?;
    let verb: Function = Reflect::get(&script, &verb.into())?.dyn_into()?;
    let asked: Promise = verb.call1(&script, &options.to_string().into())?.dyn_into()?;
    let answer = JsFuture::from(asked).await?.as_string().unwrap_or_default();
    serde_json::from_str(&answer).map_err(|_| Why::Failed(Failure::Unexpected))
}

/// Has the device make a passkey.
pub async fn create(options: &Value) -> Result<Value, Why> {
    ask("create", options).await
}

/// Has the device sign.
pub async fn sign(options: &Value) -> Result<Value, Why> {
    ask("get", options).await
}

/// What this device is called, as far as its browser tells.
pub fn own_name() -> String {
    let agent = window().navigator().user_agent().unwrap_or_default();
    let device = shared::accounts::Device::of_user_agent(&agent);
    [device.system, device.browser].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
