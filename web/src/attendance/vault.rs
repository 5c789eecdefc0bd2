//! What the device keeps encrypted: its script is fetched when it is first needed, and lies on the devices of staff.

use js_sys::{Function, Promise, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::passkeys::script;

/// One of the device's databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vault(pub &'static str);

impl Vault {
    async fn ask(self, verb: &str, args: &[JsValue]) -> Result<JsValue, JsValue> {
        let script = script("/vault.js", "vault").await?;
        let verb: Function = Reflect::get(&script, &verb.into())?.dyn_into()?;
        let args = std::iter::once(JsValue::from(self.0)).chain(args.iter().cloned()).collect();
        let asked: Promise = verb.apply(&script, &args)?.dyn_into()?;
        JsFuture::from(asked).await
    }

    /// Keeps a value under a number, or under a new and higher one; gives the number once it is on the disk. None: the device keeps nothing.
    pub async fn keep<T: Serialize>(self, number: Option<u32>, value: &T) -> Option<u32> {
        let text = serde_json::to_string(value).ok()?;
        let kept = self.ask("keep", &[number.into(), text.into()]).await.ok()?;
        serde_json::from_str(&js_sys::JSON::stringify(&kept).ok()?.as_string()?).ok()
    }

    /// Everything that is kept, in order. None: the device keeps nothing, or it cannot be read.
    pub async fn all<T: DeserializeOwned>(self) -> Option<Vec<(u32, T)>> {
        let found = self.ask("all", &[]).await.ok()?.as_string()?;
        let texts: Vec<(u32, String)> = serde_json::from_str(&found).ok()?;
        texts.into_iter().map(|(number, text)| Some((number, serde_json::from_str(&text).ok()?))).collect()
    }

    /// Takes away what is kept under a number.
    pub async fn drop(self, number: u32) {
        // What stays is sent once more with its key, and changes nothing.
        let _ = self.ask("drop", &[number.into()]).await;
    }
}
