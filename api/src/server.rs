//! The serving process: middleware in their order, workers, housekeeping, a graceful stop.

use std::net::TcpListener;
use std::pin::pin;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{App as ActixApp, HttpServer, web};
use futures_util::future::select;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::ApiError;
use crate::telemetry::Metrics;
use crate::{
    App, accounts, audit, bookings, campaigns, changes, clients, entitlements, figures, idempotency, identity, notices, outreach, passkeys,
    proxy, reminders, request, retention, routes, sandboxes, session, waitlist,
};

/// An idle connection is kept for so long: longer than proxies and browsers keep theirs, so that nobody sends into one that just closed.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Between two looks at the clock.
const TICK: Duration = Duration::from_secs(5);
/// Between two rounds of housekeeping.
const ROUND: Duration = Duration::from_secs(3600);

/// Serves on a listening socket until told to stop; running requests are finished first.
pub fn serve(app: App, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let metrics = web::Data::new(Metrics::default());
    let data = web::Data::new(app);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .app_data(metrics.clone())
            .configure(routes::configure)
            .configure(routes::configure_rest)
            .default_service(web::to(routes::unknown_operation))
            .wrap(from_fn(routes::head_as_get))
            .wrap(from_fn(session::same_origin))
            .wrap(Condition::new(true, Compress::default()))
            .wrap(from_fn(routes::protect))
            .wrap(from_fn(sandboxes::divert))
            .wrap(from_fn(request::with_context))
    })
    .workers(workers)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(20)
    .listen(listener)?
    .run();
    Ok(server)
}

/// Ends the streams of open boards as soon as the process is asked to stop: they never end by themselves, and the stop waits for them.
pub async fn end_boards_when_asked_to_stop(app: App) {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => drop(select(pin!(terminate.recv()), pin!(tokio::signal::ctrl_c())).await),
        Err(error) => return tracing::warn!(%error, "open boards hold a stop up"),
    }
    app.boards.end();
}

/// Does what time does, every few seconds.
pub async fn keep_time(app: App) {
    loop {
        do_what_is_due(&app).await;
        tokio::time::sleep(TICK).await;
    }
}

/// Does everything that is due by now; what fails does not keep the rest.
pub async fn do_what_is_due(app: &App) {
    if let Err(error) = bookings::jobs::decide_overdue(app).await {
        tracing::warn!(%error, "overdue requests were not decided");
    }
    if let Err(error) = changes::jobs::enter_due(app).await {
        tracing::warn!(%error, "changes were not written on their first day");
    }
    if let Err(error) = entitlements::jobs::tell_endings(app).await {
        tracing::warn!(%error, "ending certifications were not told");
    }
    if let Err(error) = entitlements::jobs::end_unkept(app).await {
        tracing::warn!(%error, "stays without certification were not ended");
    }
    if let Err(error) = reminders::jobs::remind(app).await {
        tracing::warn!(%error, "families were not reminded");
    }
    if let Err(error) = waitlist::jobs::keep(app).await {
        tracing::warn!(%error, "the waiting list was not kept");
    }
    if let Err(error) = campaigns::jobs::keep(app).await {
        tracing::warn!(%error, "campaigns did not go on");
    }
    if let Err(error) = outreach::jobs::keep(app).await {
        tracing::warn!(%error, "what nobody opened was not followed");
    }
    if let Err(error) = proxy::jobs::end_expired(app).await {
        tracing::warn!(%error, "records that were open too long were not closed");
    }
    if let Err(error) = clients::meter::write_down(app).await {
        tracing::warn!(%error, "what clients did was not written down");
    }
    if let Err(error) = audit::jobs::seal(app).await {
        tracing::warn!(%error, "the audit was not linked");
    }
}

/// Forgets what is over and publishes what is due, once an hour.
pub async fn keep_house(app: App) {
    loop {
        let now = app.now();
        let swept = app
            .db
            .write(move |conn| {
                accounts::store::forget_ended(conn, now)?;
                identity::store::forget_over(conn, now)?;
                passkeys::store::forget_over(conn, now)?;
                idempotency::forget_old(conn, now)?;
                reminders::store::forget_over(conn, now)?;
                notices::store::forget_over(conn, now)?;
                clients::store::forget_over(conn, now)?;
                Ok::<_, ApiError>(())
            })
            .await;
        if let Err(error) = swept {
            tracing::warn!(%error, "housekeeping failed");
        }
        if let Err(error) = figures::jobs::publish_due(&app).await {
            tracing::warn!(%error, "figures were not published");
        }
        if let Err(error) = sandboxes::jobs::remove_unused(&app).await {
            tracing::warn!(%error, "unused sandboxes were not removed");
        }
        if let Err(error) = retention::jobs::keep(&app).await {
            tracing::warn!(%error, "what is over was not erased");
        }
        tokio::time::sleep(ROUND).await;
    }
}
