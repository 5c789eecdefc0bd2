//! Starts the app in the browser.

fn main() {
    web::app::start();
}
