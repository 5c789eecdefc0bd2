//! Clients, how they prove themselves, what they are granted, their tokens and what they did, in the database.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::clients::{Client, ClientCredential, ClientGrant, ClientUse, CredentialKind, Granted, NewClient, PublicJwk, Scope};
use shared::ids::{ClientId, CredentialId, FacilityId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::text::Email;

use super::meter::Use;
use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::schema::{
    bookings, children, client_assertions, client_credentials, client_grants, client_tokens, client_uses, clients, facilities, offerings,
    place_changes, slots, week_patterns,
};

type Row = (String, String, String, String, NaiveDateTime, Option<NaiveDateTime>);

fn client((id, name, contact, city, registered_at, revoked_at): Row) -> Result<Client, DbError> {
    Ok(Client {
        id: ClientId::new(id),
        name,
        contact: Email::parse(&contact).map_err(|_| unknown("contact", "(hidden)"))?,
        municipality: MunicipalityCode::parse(&city).map_err(|_| unknown("municipality", &city))?,
        registered_at: instant(registered_at),
        revoked_at: revoked_at.map(instant),
        is_own: false,
        grants: Vec::new(),
    })
}

/// Every client, by name, without what it is granted.
pub fn list_clients(conn: &mut AnyConnection) -> Result<Vec<Client>, DbError> {
    let rows: Vec<Row> = clients::table.order((clients::name, clients::id)).load(conn)?;
    rows.into_iter().map(client).collect()
}

/// A client without what it is granted.
pub fn find_client(conn: &mut AnyConnection, id: &ClientId) -> Result<Option<Client>, DbError> {
    clients::table.find(id.as_str()).get_result::<Row>(conn).optional()?.map(client).transpose()
}

/// A client, locked: its registration changes one act after another.
pub fn lock_client(conn: &mut AnyConnection, id: &ClientId) -> Result<Option<Client>, DbError> {
    diesel::update(clients::table.find(id.as_str())).set(clients::name.eq(clients::name)).execute(conn)?;
    find_client(conn, id)
}

/// A client's name.
pub fn find_name(conn: &mut AnyConnection, id: &str) -> Result<Option<String>, DbError> {
    Ok(clients::table.find(id).select(clients::name).first(conn).optional()?)
}

/// Registers a client.
pub fn insert_client(
    conn: &mut AnyConnection,
    (id, city): (&ClientId, &MunicipalityCode),
    new: &NewClient,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(id.as_str()),
            clients::name.eq(new.name.trim()),
            clients::contact.eq(new.contact.as_str()),
            clients::municipality.eq(city.as_str()),
            clients::registered_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Revokes a client: its tokens end at once, its credentials and grants are good for nothing any more.
pub fn mark_revoked(conn: &mut AnyConnection, id: &ClientId, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(clients::table.find(id.as_str())).set(clients::revoked_at.eq(stored(now))).execute(conn)?;
    let live =
        client_credentials::table.filter(client_credentials::client_id.eq(id.as_str())).filter(client_credentials::revoked_at.is_null());
    diesel::update(live).set(client_credentials::revoked_at.eq(stored(now))).execute(conn)?;
    diesel::delete(client_grants::table.filter(client_grants::client_id.eq(id.as_str()))).execute(conn)?;
    delete_tokens(conn, id)
}

type CredentialRow = (String, String, String, NaiveDateTime, Option<NaiveDateTime>, Option<NaiveDateTime>);

fn credential((id, kind, hint, made_at, used_at, revoked_at): CredentialRow) -> Result<ClientCredential, DbError> {
    let kind = match kind.as_str() {
        "secret" => CredentialKind::Secret,
        "key" => CredentialKind::Key,
        other => return Err(unknown("kind of credential", other)),
    };
    let (made_at, used_at, revoked_at) = (instant(made_at), used_at.map(instant), revoked_at.map(instant));
    Ok(ClientCredential { id: CredentialId::new(id), kind, hint, made_at, used_at, revoked_at })
}

/// How a client proves itself, the latest first.
pub fn list_credentials(conn: &mut AnyConnection, id: &ClientId) -> Result<Vec<ClientCredential>, DbError> {
    let rows: Vec<CredentialRow> = client_credentials::table
        .filter(client_credentials::client_id.eq(id.as_str()))
        .order((client_credentials::made_at.desc(), client_credentials::id.desc()))
        .select((
            client_credentials::id,
            client_credentials::kind,
            client_credentials::hint,
            client_credentials::made_at,
            client_credentials::used_at,
            client_credentials::revoked_at,
        ))
        .load(conn)?;
    rows.into_iter().map(credential).collect()
}

/// What a credential consists of.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The hash of a secret.
    Secret(String),
    /// The public half of a key.
    Key(PublicJwk),
}

/// Gives a client one more way to prove itself.
pub fn insert_credential(
    conn: &mut AnyConnection,
    (client, id): (&ClientId, &CredentialId),
    (proof, hint): (&Proof, &str),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (kind, hash, jwk) = match proof {
        Proof::Secret(hash) => ("secret", Some(hash), None),
        Proof::Key(jwk) => ("key", None, Some(to_json(jwk)?)),
    };
    diesel::insert_into(client_credentials::table)
        .values((
            client_credentials::id.eq(id.as_str()),
            client_credentials::client_id.eq(client.as_str()),
            client_credentials::kind.eq(kind),
            client_credentials::hint.eq(hint),
            client_credentials::secret_hash.eq(hash),
            client_credentials::jwk.eq(jwk),
            client_credentials::made_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Revokes a credential and every token that was had by it; whether there was one to revoke.
pub fn revoke_credential(conn: &mut AnyConnection, client: &ClientId, id: &CredentialId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let live = client_credentials::table
        .filter(client_credentials::id.eq(id.as_str()))
        .filter(client_credentials::client_id.eq(client.as_str()))
        .filter(client_credentials::revoked_at.is_null());
    let revoked = diesel::update(live).set(client_credentials::revoked_at.eq(stored(now))).execute(conn)? == 1;
    diesel::delete(client_tokens::table.filter(client_tokens::credential_id.eq(id.as_str()))).execute(conn)?;
    Ok(revoked)
}

/// By what a live client may prove itself now.
pub fn list_proofs(conn: &mut AnyConnection, client: &ClientId) -> Result<Vec<(CredentialId, Proof)>, DbError> {
    let rows: Vec<(String, Option<String>, Option<String>)> = client_credentials::table
        .inner_join(clients::table)
        .filter(clients::id.eq(client.as_str()))
        .filter(clients::revoked_at.is_null())
        .filter(client_credentials::revoked_at.is_null())
        .select((client_credentials::id, client_credentials::secret_hash, client_credentials::jwk))
        .load(conn)?;
    let proof = |(id, hash, jwk): (String, Option<String>, Option<String>)| {
        let proof = match (hash, jwk) {
            (Some(hash), _) => Proof::Secret(hash),
            (_, Some(jwk)) => Proof::Key(from_json(&jwk)?),
            _ => return Err(unknown("credential", &id)),
        };
        Ok((CredentialId::new(id), proof))
    };
    rows.into_iter().map(proof).collect()
}

/// Whether a credential still proves something, its client locked: else a token could be given while it is revoked.
pub fn lock_live_credential(conn: &mut AnyConnection, client: &ClientId, id: &CredentialId) -> Result<bool, DbError> {
    lock_client(conn, client)?;
    Ok(list_proofs(conn, client)?.iter().any(|(known, _)| known == id))
}

/// Notes that an assertion was used; false where it was used before.
pub fn insert_assertion(conn: &mut AnyConnection, client: &ClientId, jti_hash: &str, until: DateTime<Utc>) -> Result<bool, DbError> {
    let insert = diesel::insert_into(client_assertions::table).values((
        client_assertions::client_id.eq(client.as_str()),
        client_assertions::jti_hash.eq(jti_hash),
        client_assertions::expires_at.eq(stored(until)),
    ));
    Ok(OnConflict { insert, clause: " ON CONFLICT (client_id, jti_hash) DO NOTHING" }.execute(conn)? == 1)
}

/// What a client is granted, with the facilities' names and when it was last used there.
pub fn list_grants(conn: &mut AnyConnection, client: &ClientId) -> Result<Vec<(ClientGrant, MunicipalityCode)>, DbError> {
    let rows: Vec<(String, String, String, String, NaiveDateTime)> = client_grants::table
        .inner_join(facilities::table)
        .filter(client_grants::client_id.eq(client.as_str()))
        .order((facilities::kana, facilities::id))
        .select((facilities::id, facilities::name, facilities::municipality, client_grants::scopes, client_grants::granted_at))
        .load(conn)?;
    let used: Vec<(String, Option<NaiveDateTime>)> = client_uses::table
        .filter(client_uses::client_id.eq(client.as_str()))
        .group_by(client_uses::facility_id)
        .select((client_uses::facility_id, diesel::dsl::max(client_uses::last_at)))
        .load(conn)?;
    let grant = |(id, facility, city, scopes, granted_at): (String, String, String, String, NaiveDateTime)| {
        let used_at = used.iter().find(|(at, _)| *at == id).and_then(|(_, last)| last.map(instant));
        let city = MunicipalityCode::parse(&city).map_err(|_| unknown("municipality", &city))?;
        let scopes = read_scopes(&scopes)?.into_iter().collect();
        Ok((ClientGrant { facility_id: FacilityId::new(id), facility, scopes, granted_at: instant(granted_at), used_at }, city))
    };
    rows.into_iter().map(grant).collect()
}

fn read_scopes(text: &str) -> Result<BTreeSet<Scope>, DbError> {
    text.split_whitespace().map(|word| Scope::of_word(word).ok_or_else(|| unknown("scope", word))).collect()
}

/// What a client is granted, as the rules need it.
pub fn list_granted(conn: &mut AnyConnection, client: &ClientId) -> Result<Vec<Granted>, DbError> {
    let rows: Vec<(String, String)> = client_grants::table
        .filter(client_grants::client_id.eq(client.as_str()))
        .order(client_grants::facility_id)
        .select((client_grants::facility_id, client_grants::scopes))
        .load(conn)?;
    rows.into_iter().map(|(id, scopes)| Ok(Granted { facility_id: FacilityId::new(id), scopes: read_scopes(&scopes)? })).collect()
}

/// Grants a client these scopes at a facility, and no others.
pub fn write_grant(
    conn: &mut AnyConnection,
    client: &ClientId,
    facility: &FacilityId,
    scopes: &BTreeSet<Scope>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let insert = diesel::insert_into(client_grants::table).values((
        client_grants::client_id.eq(client.as_str()),
        client_grants::facility_id.eq(facility.as_str()),
        client_grants::scopes.eq(shared::clients::scope_words(scopes)),
        client_grants::granted_at.eq(stored(now)),
    ));
    let clause = " ON CONFLICT (client_id, facility_id) DO UPDATE SET scopes = excluded.scopes, granted_at = excluded.granted_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// Takes back what a facility granted, and ends the client's tokens; whether there was something.
pub fn delete_grant(conn: &mut AnyConnection, client: &ClientId, facility: &FacilityId) -> Result<bool, DbError> {
    let grant = client_grants::table.find((client.as_str(), facility.as_str()));
    let there = diesel::delete(grant).execute(conn)? == 1;
    delete_tokens(conn, client)?;
    Ok(there)
}

/// A token to write down.
pub struct NewToken<'a> {
    /// Its hash.
    pub hash: &'a str,
    /// Whose it is.
    pub client: &'a ClientId,
    /// By which it was had.
    pub credential: &'a CredentialId,
    /// What it is good for.
    pub scopes: &'a BTreeSet<Scope>,
}

/// Writes a token, and that its credential was used.
pub fn insert_token(conn: &mut AnyConnection, new: &NewToken<'_>, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(client_tokens::table)
        .values((
            client_tokens::token_hash.eq(new.hash),
            client_tokens::client_id.eq(new.client.as_str()),
            client_tokens::credential_id.eq(new.credential.as_str()),
            client_tokens::scopes.eq(shared::clients::scope_words(new.scopes)),
            client_tokens::expires_at.eq(stored(until)),
        ))
        .execute(conn)?;
    diesel::update(client_credentials::table.find(new.credential.as_str()))
        .set(client_credentials::used_at.eq(stored(now)))
        .execute(conn)?;
    Ok(())
}

/// Ends a client's token; another client's is left alone.
pub fn delete_token(conn: &mut AnyConnection, client: &ClientId, hash: &str) -> Result<(), DbError> {
    let own = client_tokens::table.find(hash).filter(client_tokens::client_id.eq(client.as_str()));
    diesel::delete(own).execute(conn)?;
    Ok(())
}

/// Ends every token of a client.
fn delete_tokens(conn: &mut AnyConnection, client: &ClientId) -> Result<(), DbError> {
    diesel::delete(client_tokens::table.filter(client_tokens::client_id.eq(client.as_str()))).execute(conn)?;
    Ok(())
}

/// A client at work.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The client.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// Whom to ask.
    pub contact: Email,
    /// What the token is good for.
    pub scopes: BTreeSet<Scope>,
    /// What it is granted now.
    pub grants: Vec<Granted>,
}

/// Whose token this is, while it holds.
pub fn find_bearer(conn: &mut AnyConnection, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Bearer>, DbError> {
    let found: Option<(String, String, String, String)> = client_tokens::table
        .inner_join(clients::table)
        .filter(client_tokens::token_hash.eq(token_hash))
        .filter(client_tokens::expires_at.gt(stored(now)))
        .filter(clients::revoked_at.is_null())
        .select((clients::id, clients::name, clients::contact, client_tokens::scopes))
        .get_result(conn)
        .optional()?;
    let Some((id, name, contact, scopes)) = found else { return Ok(None) };
    let id = ClientId::new(id);
    let grants = list_granted(conn, &id)?;
    let contact = Email::parse(&contact).map_err(|_| unknown("contact", "(hidden)"))?;
    Ok(Some(Bearer { id, name, contact, scopes: read_scopes(&scopes)?, grants }))
}

/// At which facility something is that stands in a request's path, by the name that it has there; none where there is no such thing.
pub fn find_facility_of(conn: &mut AnyConnection, name: &str, id: &str) -> Result<Option<FacilityId>, DbError> {
    let found: Option<String> = match name {
        "facility_id" => Some(id.to_owned()),
        "slot_id" => slots::table.find(id).select(slots::facility_id).first(conn).optional()?,
        "booking_id" => bookings::table.find(id).select(bookings::facility_id).first(conn).optional()?,
        "offering_id" => offerings::table.find(id).select(offerings::facility_id).first(conn).optional()?,
        "pattern_id" => week_patterns::table.find(id).select(week_patterns::facility_id).first(conn).optional()?,
        "change_id" => place_changes::table.find(id).select(place_changes::facility_id).first(conn).optional()?,
        _ => None,
    };
    Ok(found.map(FacilityId::new))
}

/// The children of these bookings.
pub fn list_booked(conn: &mut AnyConnection, bookings: &BTreeSet<String>) -> Result<Vec<(String, String)>, DbError> {
    let of = bookings::table.filter(bookings::id.eq_any(bookings)).select((bookings::id, bookings::child_id));
    Ok(of.load(conn)?)
}

/// The families of these children.
pub fn list_families_of(conn: &mut AnyConnection, children: &BTreeSet<String>) -> Result<Vec<(String, FamilyId)>, DbError> {
    let of = children::table.filter(children::id.eq_any(children)).select((children::id, children::family_id));
    Ok(of.load::<(String, String)>(conn)?.into_iter().map(|(id, family)| (id, FamilyId::new(family))).collect())
}

/// Adds to what a client did on a day.
pub fn add_use(conn: &mut AnyConnection, what: &Use, (requests, refused, last_at): (i64, i64, DateTime<Utc>)) -> Result<(), DbError> {
    let facility = what.facility.as_ref().map_or("", FacilityId::as_str);
    let insert = diesel::insert_into(client_uses::table).values((
        client_uses::client_id.eq(what.client.as_str()),
        client_uses::facility_id.eq(facility),
        client_uses::day.eq(what.day),
        client_uses::operation.eq(&what.operation),
        client_uses::requests.eq(requests),
        client_uses::refused.eq(refused),
        client_uses::last_at.eq(stored(last_at)),
    ));
    let clause = " ON CONFLICT (client_id, facility_id, day, operation) DO UPDATE SET requests = client_uses.requests + excluded.requests, \
        refused = client_uses.refused + excluded.refused, last_at = excluded.last_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// What a client did from one day to another, the latest day first.
pub fn list_uses(conn: &mut AnyConnection, client: &ClientId, from: NaiveDate, to: NaiveDate) -> Result<Vec<ClientUse>, DbError> {
    type UseRow = (NaiveDate, String, String, i64, i64, NaiveDateTime, Option<String>);
    let rows: Vec<UseRow> = client_uses::table
        .left_join(facilities::table.on(facilities::id.eq(client_uses::facility_id)))
        .filter(client_uses::client_id.eq(client.as_str()))
        .filter(client_uses::day.between(from, to))
        .order((client_uses::day.desc(), client_uses::operation, client_uses::facility_id))
        .select((
            client_uses::day,
            client_uses::facility_id,
            client_uses::operation,
            client_uses::requests,
            client_uses::refused,
            client_uses::last_at,
            facilities::name.nullable(),
        ))
        .load(conn)?;
    let one = |(day, id, operation, requests, refused, last_at, facility): UseRow| ClientUse {
        day,
        facility_id: (!id.is_empty()).then(|| FacilityId::new(id)),
        facility,
        operation,
        requests,
        refused,
        last_at: instant(last_at),
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Forgets tokens and assertions that are over.
pub fn forget_over(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::delete(client_tokens::table.filter(client_tokens::expires_at.le(stored(now)))).execute(conn)?;
    diesel::delete(client_assertions::table.filter(client_assertions::expires_at.le(stored(now)))).execute(conn)?;
    Ok(())
}
