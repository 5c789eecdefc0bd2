//! The API's document: made from the same list of operations that serves requests.

use std::sync::OnceLock;

use shared::clients::Scope;
use shared::locale::Locale;
use shared::problem::sentence;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, ClientCredentials, Flow, OAuth2, Scopes, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};
use utoipa_actix_web::AppExt;

use crate::clients::opening::{Need, OPEN};
use crate::routes::API;
use crate::session;

/// What the document says of the API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Yumigahama API",
        description = "One API for the web app, staff, city halls and vendors. Instants are RFC 3339, local days `YYYY-MM-DD` in Asia/Tokyo, money integer yen, ids opaque. Every answer that is not a success is `application/problem+json` (RFC 9457) with a stable `code`, which [the page of all codes](/docs/errors) explains. Every POST, PATCH and DELETE about bookings, families and slots takes `Idempotency-Key`; a change of what has an `ETag` needs `If-Match`. `Accept-Language` (`ja`, `ja-x-easy`, `en`) picks the language of `detail`.",
        license(name = "MIT")
    ),
    tags(
        (name = "slots", description = "Free places (枠)"),
        (name = "places", description = "Places (定員) of many slots at once: named patterns, carers on duty, copying, changing, and taking it back"),
        (name = "facilities", description = "Facilities (施設)"),
        (name = "programmes", description = "Programmes (事業) and their rules"),
        (name = "municipalities", description = "Municipalities and compacts (広域利用協定)"),
        (name = "accounts", description = "Sign-in. The session is a cookie (`session`, HttpOnly, SameSite=Lax)"),
        (name = "tablets", description = "Shared devices of a facility (共用の端末), unlocked by each person's PIN"),
        (name = "events", description = "What happened, in order, for vendors' programs that follow along"),
        (name = "clients", description = "Vendors' programs (連携システム): registered by a city, granted scopes by facilities, let in by OAuth 2.0 client credentials"),
        (name = "sandboxes", description = "Sandboxes (お試し環境): fictional worlds with a clock that moves, for vendors who try their programs"),
        (name = "identity", description = "Sign-in of residents at a provider (OpenID Connect), and what it has verified"),
        (name = "passkeys", description = "Passkeys (パスキー), ways in that stay on a person's devices (Web Authentication)"),
        (name = "devices", description = "Devices (端末) that notices are pushed to (Web Push)"),
        (name = "families", description = "The family, registered once"),
        (name = "bookings", description = "Bookings (予約)"),
        (name = "messages", description = "Messages (メッセージ) between a family and a facility about a booking"),
        (name = "feeds", description = "A family's bookings in its own calendar (カレンダー連携), as iCalendar (RFC 5545)"),
        (name = "series", description = "Repeated bookings (くり返しの予約)"),
        (name = "waitlist", description = "The waiting list (順番待ち)"),
        (name = "interviews", description = "First interviews (初回面談)"),
        (name = "consents", description = "What families agree that facilities get of them (同意), and what changed since"),
        (name = "procedures", description = "Procedures (手続): what an application asks, and what decides it"),
        (name = "applications", description = "Applications (申請): filled in, sent and decided in one request, or by an officer"),
        (name = "attachments", description = "Files that come with applications (添付資料)"),
        (name = "documents", description = "Letters of decisions (通知書)"),
        (name = "entitlements", description = "What children are certified for (認定)"),
        (name = "attendance", description = "Staff: board, check-in, check-out"),
        (name = "parts", description = "The parts of staff mode that a facility hides from its pages"),
        (name = "journal", description = "The daily journal (日誌) of a facility's groups and children"),
        (name = "shift_notes", description = "What staff leave to the next shift (申し送り)"),
        (name = "statements", description = "What a month comes to (明細), for families and facilities"),
        (name = "claims", description = "Claims (請求): a facility's month, locked, and what families and cities owe for it"),
        (name = "settlements", description = "Settlements (精算) between the cities of a compact"),
        (name = "registers", description = "Files of the city's registers, in and out; their columns stand beside this document"),
        (name = "changes", description = "Changes of rules (改正): proposed by an officer with whom they would touch, agreed to by another, taken back before they begin"),
        (name = "campaigns", description = "Campaigns and standing offers (プッシュ型のご案内): whom they fit, four eyes, sending, figures"),
        (name = "outreach", description = "Outreach (アウトリーチ): what nobody opened in time, and the families whom officers and the BPO centre call"),
        (name = "figures", description = "Figures (指標): a city's months as they are published, small numbers hidden"),
        (name = "today", description = "What needs a person today (今日の業務), for officers and the BPO centre"),
        (name = "proxy", description = "Acting for a family (代理) for a stated reason, for a quarter of an hour"),
        (name = "audit", description = "The audit (操作の記録): who saw or changed whose data, chained by hash"),
        (name = "archive", description = "The archive of a family (開示用の資料): everything that is held about it, in one file"),
        (name = "retention", description = "Retention (保存期間): what is erased when by rule, and closing a family's account"),
        (name = "settings", description = "This installation"),
    )
)]
struct Api;

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) =
        actix_web::App::new().into_utoipa_app().openapi(Api::openapi()).configure(crate::routes::describe).split_for_parts();
    // The version of the crate is not the version of the contract.
    document.info.version = "1.0.0".to_owned();
    tell_clients(&mut document);
    document
}

/// Says of each operation that is open to clients which scope it takes, and how it may refuse them: from the list that the gate goes by.
fn tell_clients(document: &mut utoipa::openapi::OpenApi) {
    let scopes = Scope::ALL.map(|scope| (scope.word().to_owned(), sentence(scope.key(), Locale::En)));
    let flow = ClientCredentials::new(format!("{API}/oauth/token"), Scopes::from_iter(scopes));
    let oauth = SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(flow)]));
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(session::COOKIE)));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("oauth2", oauth);
    components.add_security_scheme("session", cookie);
    for opening in OPEN {
        let Some(item) = document.paths.paths.get_mut(&format!("{API}{}", opening.path)) else { continue };
        let operation = match opening.method {
            "GET" => item.get.as_mut(),
            "POST" => item.post.as_mut(),
            "PATCH" => item.patch.as_mut(),
            "PUT" => item.put.as_mut(),
            _ => item.delete.as_mut(),
        };
        let Some(operation) = operation else { continue };
        let scope = opening.need.scope();
        let without = match opening.need {
            Need::Scope(_) => Some(SecurityRequirement::new("session", Vec::<String>::new())),
            Need::Nothing => Some(SecurityRequirement::default()),
            Need::Token => None,
        };
        let by_token = SecurityRequirement::new("oauth2", scope.map(Scope::word));
        operation.security = Some(without.into_iter().chain([by_token]).collect());
        if let Some(scope) = scope {
            let words = format!("Open to clients with the scope `{}`.", scope.word());
            operation.description = Some(operation.description.take().map_or(words.clone(), |told| format!("{told}\n\n{words}")));
            name_facility(operation);
        }
        refusals(operation, scope.is_some());
    }
}

/// For which facility a client asks, where that does not follow from the path or from its grants.
fn name_facility(operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    if parameters.iter().any(|known| matches!(known, RefOr::T(known) if known.name == "facility_id")) {
        return;
    }
    parameters.push(
        ParameterBuilder::new()
            .name("facility_id")
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some("For clients: the facility, where several grant something and the path names none"))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build()
            .into(),
    );
}

fn refusals(operation: &mut Operation, is_granted: bool) {
    let told = [
        ("401", "Nobody is signed in, or the token does not hold", true),
        ("403", "Not for who asks; of a client: `clients.scope_missing`", is_granted),
        ("404", "Not there, or of a facility that has granted the client nothing", is_granted),
        ("422", "A field is wrong; of a client: `clients.facility_missing`", is_granted),
        ("429", "`clients.too_many_requests`; `Retry-After` says how long", true),
    ];
    for (status, words, is_told) in told {
        if is_told && !operation.responses.responses.contains_key(status) {
            let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response = ResponseBuilder::new().description(words).content("application/problem+json", body).build();
            operation.responses.responses.insert(status.to_owned(), response.into());
        }
    }
}

/// The document as it is committed: pretty, with a line break at its end. Made when first asked for.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| document().to_pretty_json().map(|text| text + "\n").unwrap_or_default())
}

/// How the operations at this path are called, as `Allow` writes it; empty where there are none.
pub fn methods(path: &str) -> String {
    static PATHS: OnceLock<Vec<(String, Vec<&'static str>)>> = OnceLock::new();
    let paths = PATHS.get_or_init(|| {
        document()
            .paths
            .paths
            .into_iter()
            .map(|(template, item)| {
                let known = [
                    ("GET, HEAD", item.get.is_some()),
                    ("POST", item.post.is_some()),
                    ("PUT", item.put.is_some()),
                    ("PATCH", item.patch.is_some()),
                    ("DELETE", item.delete.is_some()),
                ];
                (template, known.into_iter().filter_map(|(method, is_known)| is_known.then_some(method)).collect())
            })
            .collect()
    });
    let mut found: Vec<&str> = paths.iter().filter(|(template, _)| fits(template, path)).flat_map(|(_, methods)| methods.clone()).collect();
    if !found.is_empty() {
        found.push("OPTIONS");
    }
    found.join(", ")
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}
