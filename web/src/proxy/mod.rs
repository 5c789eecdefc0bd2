//! Acting for a family: the reason, the record as far as it is needed, and the banner that says so.

mod banner;
mod client;
mod opening;
mod record;

pub use self::banner::{ProxyBanner, keep_proxy};
pub use self::opening::Opening;
pub use self::record::Record;
