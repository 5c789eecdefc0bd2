//! Tables and columns, as the migrations make them; a guard test reads every column on both databases.

diesel::table! {
    municipalities (code) {
        code -> Text,
        name -> Text,
        kana -> Text,
        latitude -> Double,
        longitude -> Double,
    }
}

diesel::table! {
    compacts (id) {
        id -> Text,
        name -> Text,
    }
}

diesel::table! {
    compact_terms (residence, host, programme, valid_from) {
        compact_id -> Text,
        residence -> Text,
        host -> Text,
        programme -> Text,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        resident_priority_days -> BigInt,
        price_tier -> Text,
    }
}

diesel::table! {
    programmes (id) {
        id -> Text,
        key -> Text,
        municipality -> Text,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        name -> Text,
        summary -> Text,
        terms -> Text,
    }
}

diesel::table! {
    rule_changes (id) {
        id -> Text,
        municipality -> Text,
        agreeing -> Text,
        change -> Text,
        first_day -> Date,
        weights -> Text,
        impact -> Text,
        standing -> Text,
        proposed -> Text,
        proposed_at -> Timestamp,
        decided -> Nullable<Text>,
        undone -> Nullable<Text>,
        effect -> Nullable<Text>,
        version -> BigInt,
        subject -> Nullable<Text>,
        entered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    holidays (day) {
        day -> Date,
        name -> Text,
    }
}

diesel::table! {
    facilities (id) {
        id -> Text,
        municipality -> Text,
        source_id -> Text,
        name -> Text,
        kana -> Nullable<Text>,
        name_en -> Nullable<Text>,
        kind -> Text,
        latitude -> Nullable<Double>,
        longitude -> Nullable<Double>,
        open_weekdays -> Nullable<Text>,
        operator -> Nullable<Text>,
        shares_interviews -> Bool,
        classes_version -> BigInt,
        fictional -> Bool,
        search_text -> Text,
        details -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        opens_on -> Nullable<Date>,
        closes_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    families (id) {
        id -> Text,
        municipality -> Text,
        residence_confirmed_at -> Timestamp,
        residence_proof -> Nullable<Text>,
        residence_proven_at -> Nullable<Timestamp>,
        guardian_name -> Text,
        guardian_kana -> Text,
        phone -> Text,
        turn -> BigInt,
        version -> BigInt,
        created_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    children (id) {
        id -> Text,
        family_id -> Text,
        name -> Text,
        kana -> Text,
        born -> Date,
        details -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        password_hash -> Nullable<Text>,
        name -> Text,
        role -> Text,
        family_id -> Nullable<Text>,
        facility_id -> Nullable<Text>,
        municipality -> Nullable<Text>,
        locale -> Text,
        failures -> BigInt,
        locked_until -> Nullable<Timestamp>,
        created_at -> Timestamp,
        email_asked_at -> Nullable<Timestamp>,
        email_confirmed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        account_id -> Text,
        verified -> Text,
        verified_at -> Timestamp,
    }
}

diesel::table! {
    sign_in_attempts (secret_hash) {
        secret_hash -> Text,
        account_id -> Nullable<Text>,
        next -> Nullable<Text>,
        vouched -> Nullable<Text>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        account_id -> Text,
        credential_id -> Text,
        public_key -> Text,
        name -> Text,
        counter -> BigInt,
        synced -> Bool,
        failures -> BigInt,
        locked_until -> Nullable<Timestamp>,
        added_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    push_subscriptions (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        endpoint -> Text,
        p256dh -> Text,
        auth -> Text,
        created_at -> Timestamp,
        tried_at -> Nullable<Timestamp>,
        last_success_at -> Nullable<Timestamp>,
        last_failure -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    push_keys (id) {
        id -> BigInt,
        pem -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    passkey_challenges (challenge_hash) {
        challenge_hash -> Text,
        holder_hash -> Text,
        account_id -> Nullable<Text>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    residence_letters (family_id) {
        family_id -> Text,
        municipality -> Text,
        code_hash -> Text,
        tries -> BigInt,
        made_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        id -> Text,
        account_id -> Text,
        device -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        facility_id -> Nullable<Text>,
        locked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    hidden_parts (facility_id) {
        facility_id -> Text,
        hidden -> Text,
    }
}

diesel::table! {
    staff_pins (account_id) {
        account_id -> Text,
        pin_hash -> Text,
        failures -> BigInt,
        locked_until -> Nullable<Timestamp>,
        set_at -> Timestamp,
    }
}

diesel::table! {
    offerings (id) {
        id -> Text,
        facility_id -> Text,
        municipality -> Text,
        programme -> Text,
        blocks -> Text,
        hourly_yen -> Nullable<BigInt>,
        confirmation -> Nullable<Text>,
        interview -> Bool,
        spare -> Bool,
    }
}

diesel::table! {
    regular_classes (facility_id, age_class, valid_from) {
        facility_id -> Text,
        age_class -> BigInt,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        capacity -> BigInt,
        enrolled -> BigInt,
    }
}

diesel::table! {
    slots (id) {
        id -> Text,
        offering_id -> Text,
        facility_id -> Text,
        municipality -> Text,
        programme -> Text,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        state -> Text,
        blocks -> Text,
        hourly_yen -> Nullable<BigInt>,
        room -> Nullable<BigInt>,
        carers -> Nullable<Text>,
        confirmation -> Nullable<Text>,
        interview -> Bool,
        spare -> Bool,
        closures -> Nullable<Text>,
        peak -> BigInt,
        turn -> BigInt,
        freed -> BigInt,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    slot_bands (slot_id, from_age) {
        slot_id -> Text,
        from_age -> BigInt,
        under_age -> BigInt,
        capacity -> BigInt,
        peak -> BigInt,
        occupancy -> Text,
    }
}

diesel::table! {
    usages (child_id, pool, period, unit) {
        child_id -> Text,
        pool -> Text,
        period -> Text,
        unit -> Text,
        total -> BigInt,
        away -> BigInt,
        limit_total -> BigInt,
        limit_away -> BigInt,
        over_limit -> BigInt,
    }
}

diesel::table! {
    household_classes (family_id, class, valid_from) {
        family_id -> Text,
        class -> Text,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
    }
}

diesel::table! {
    bookings (id) {
        id -> Text,
        party_id -> Text,
        series_id -> Nullable<Text>,
        slot_id -> Text,
        child_id -> Text,
        family_id -> Text,
        facility_id -> Text,
        municipality -> Text,
        programme -> Text,
        programme_id -> Text,
        band_from_age -> BigInt,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        state -> Text,
        active -> Bool,
        is_away -> Bool,
        fee_yen -> BigInt,
        agreed -> Text,
        decide_by -> Nullable<Timestamp>,
        checked_in_at -> Nullable<Timestamp>,
        checked_out_at -> Nullable<Timestamp>,
        attended -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
        ended -> Nullable<Text>,
        cancelled_fee_yen -> Nullable<BigInt>,
        cancelled_counts -> Nullable<Bool>,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    calendar_feeds (account_id) {
        account_id -> Text,
        token_hash -> Text,
        shows_names -> Bool,
        made_at -> Timestamp,
        read_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    reminders (booking_id, starts_at, kind) {
        booking_id -> Text,
        starts_at -> Timestamp,
        kind -> Text,
        due_at -> Nullable<Timestamp>,
        told_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    imported_bookings (municipality, number) {
        municipality -> Text,
        number -> Text,
        fingerprint -> Text,
        booking_id -> Text,
        imported_at -> Timestamp,
    }
}

diesel::table! {
    interviews (booking_id) {
        booking_id -> Text,
        child_id -> Text,
        facility_id -> Text,
        outcome -> Text,
        decided_at -> Timestamp,
    }
}

diesel::table! {
    series (id) {
        id -> Text,
        family_id -> Text,
        facility_id -> Text,
        asked -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    family_codes (family_id) {
        family_id -> Text,
        code -> Nullable<Text>,
        pin_hash -> Nullable<Text>,
        failures -> BigInt,
        locked_until -> Nullable<Timestamp>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    wall_codes (facility_id) {
        facility_id -> Text,
        code -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    attendance_records (id) {
        id -> Text,
        booking_id -> Text,
        occurred_at -> Timestamp,
        received_at -> Timestamp,
        record -> Text,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        kind -> Text,
        municipality -> Text,
        facility_id -> Nullable<Text>,
        subject_id -> Text,
        occurred_at -> Timestamp,
    }
}

diesel::table! {
    audit_lines (id) {
        id -> Text,
        occurred_at -> Timestamp,
        actor -> Text,
        action -> Text,
        subject_id -> Text,
        request_id -> Text,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    idempotency_keys (actor, key) {
        actor -> Text,
        key -> Text,
        fingerprint -> Text,
        status -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        etag -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    waitlist_entries (id) {
        id -> Text,
        family_id -> Text,
        programme -> Text,
        slot_id -> Nullable<Text>,
        series_id -> Nullable<Text>,
        first_day -> Date,
        last_day -> Date,
        asked -> Text,
        bands -> Text,
        state -> Text,
        party_id -> Nullable<Text>,
        offered_from -> Nullable<Timestamp>,
        offered_until -> Nullable<Timestamp>,
        told -> Bool,
        ended_at -> Nullable<Timestamp>,
        over_at -> Timestamp,
        fresh_until -> Nullable<Timestamp>,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    waitlist_children (entry_id, child_id) {
        entry_id -> Text,
        child_id -> Text,
        slot_id -> Nullable<Text>,
        waits -> Bool,
    }
}

diesel::table! {
    waitlist_skips (entry_id, slot_id) {
        entry_id -> Text,
        slot_id -> Text,
        skipped_at -> Timestamp,
        reasons -> Text,
    }
}

diesel::table! {
    unmet_demand (id) {
        id -> Text,
        first_day -> Date,
        last_day -> Date,
        residence -> Nullable<Text>,
        programme -> Nullable<Text>,
        age -> Nullable<BigInt>,
        earliest -> Nullable<Time>,
        latest -> Nullable<Time>,
        why -> Text,
        hour -> Timestamp,
    }
}

diesel::table! {
    consents (family_id, facility_id) {
        family_id -> Text,
        facility_id -> Text,
        operator -> Nullable<Text>,
        words -> Nullable<BigInt>,
        given_at -> Timestamp,
        withdrawn_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    seen_children (child_id, facility_id) {
        child_id -> Text,
        facility_id -> Text,
        given -> Text,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    procedures (id) {
        id -> Text,
        key -> Text,
        municipality -> Text,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        name -> Text,
        summary -> Text,
        terms -> Text,
    }
}

diesel::table! {
    applications (id) {
        id -> Text,
        number -> Nullable<Text>,
        procedure_id -> Text,
        procedure -> Text,
        municipality -> Text,
        family_id -> Text,
        child_id -> Nullable<Text>,
        state -> Text,
        decided -> Text,
        answers -> Text,
        declared -> Text,
        comments -> Text,
        filed_by -> Nullable<Text>,
        created_at -> Timestamp,
        submitted_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
        due_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    entitlement_endings (entitlement_id, valid_until) {
        entitlement_id -> Text,
        valid_until -> Date,
        told_at -> Timestamp,
    }
}

diesel::table! {
    entitlements (id) {
        id -> Text,
        number -> Text,
        family_id -> Text,
        child_id -> Text,
        programme -> Text,
        municipality -> Text,
        valid_from -> Date,
        valid_until -> Date,
        ended -> Nullable<Text>,
        application_id -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    hand_overs (application_id) {
        application_id -> Text,
        words -> Text,
        assignee -> Nullable<Text>,
        written_by -> Text,
        written_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    outreach_rules (municipality, valid_from) {
        municipality -> Text,
        valid_from -> Date,
        rules -> Text,
        published_at -> Timestamp,
    }
}

diesel::table! {
    outreach_cases (id) {
        id -> Text,
        family_id -> Text,
        municipality -> Text,
        desk -> Text,
        state -> Text,
        assignee -> Nullable<Text>,
        outcome -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
        points -> BigInt,
        priority -> Text,
        deadline_at -> Timestamp,
        opened_at -> Timestamp,
        next_on -> Nullable<Date>,
        next_means -> Nullable<Text>,
        attempts -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    outreach_matters (id) {
        id -> Text,
        family_id -> Text,
        municipality -> Text,
        source -> Text,
        deadline_at -> Timestamp,
        rung -> BigInt,
        next_at -> Nullable<Timestamp>,
        case_id -> Nullable<Text>,
        over_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    outreach_notices (notice_id) {
        notice_id -> Text,
        matter_id -> Text,
    }
}

diesel::table! {
    outreach_attempts (id) {
        id -> Text,
        case_id -> Text,
        made_by -> Text,
        made_at -> Timestamp,
        means -> Text,
        result -> Text,
        words -> Text,
        next_on -> Nullable<Date>,
    }
}

diesel::table! {
    outreach_notes (id) {
        id -> Text,
        case_id -> Text,
        written_by -> Text,
        written_at -> Timestamp,
        words -> Text,
    }
}

diesel::table! {
    known_facts (family_id, child_id, key) {
        family_id -> Text,
        child_id -> Text,
        key -> Text,
        value -> Text,
        origin -> Text,
        since -> Date,
    }
}

diesel::table! {
    last_numbers (municipality, kind, year) {
        municipality -> Text,
        kind -> Text,
        year -> BigInt,
        last -> BigInt,
    }
}

diesel::table! {
    register_rows (kind, municipality, key) {
        kind -> Text,
        municipality -> Text,
        key -> Text,
        child_id -> Text,
        said -> Text,
        run_id -> Text,
        written_at -> Timestamp,
    }
}

diesel::table! {
    register_runs (id) {
        id -> Text,
        kind -> Text,
        name -> Text,
        sha256 -> Text,
        municipality -> Nullable<Text>,
        sent_by -> Text,
        started_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        counts -> Text,
    }
}

diesel::table! {
    attachments (id) {
        id -> Text,
        application_id -> Text,
        requirement -> Text,
        name -> Text,
        kind -> Text,
        bytes -> BigInt,
        sha256 -> Text,
        added_at -> Timestamp,
        content -> Binary,
    }
}

diesel::table! {
    documents (application_id) {
        application_id -> Text,
        letters -> Text,
    }
}

diesel::table! {
    outbox (event_id) {
        event_id -> Text,
        act_id -> Text,
        actor -> Text,
        attempts -> BigInt,
        next_at -> Nullable<Timestamp>,
        set_aside_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    notices (id) {
        id -> Text,
        account_id -> Text,
        family_id -> Text,
        municipality -> Text,
        kind -> Text,
        event_id -> Nullable<Text>,
        campaign_id -> Nullable<Text>,
        topic -> Nullable<Text>,
        facts -> Text,
        step -> Text,
        urgent -> Bool,
        followed -> Bool,
        deadline_at -> Nullable<Timestamp>,
        ack_asked -> Bool,
        created_at -> Timestamp,
        due_at -> Timestamp,
        opened_at -> Nullable<Timestamp>,
        opened_by -> Nullable<Text>,
        acknowledged_at -> Nullable<Timestamp>,
        replaced_at -> Nullable<Timestamp>,
        occasion -> Text,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Text,
        notice_id -> Text,
        account_id -> Text,
        channel -> Text,
        endpoint -> Text,
        state -> Text,
        urgent -> Bool,
        attempts -> BigInt,
        next_at -> Timestamp,
        accepted_at -> Nullable<Timestamp>,
        shown_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
        rung -> BigInt,
        lead_id -> Nullable<Text>,
    }
}

diesel::table! {
    notice_templates (id) {
        id -> Text,
        municipality -> Nullable<Text>,
        kind -> Text,
        locale -> Text,
        version -> BigInt,
        title -> Text,
        body -> Text,
        lock_title -> Text,
        step_label -> Text,
        valid_from -> Timestamp,
        published_by -> Text,
    }
}

diesel::table! {
    notice_preferences (account_id) {
        account_id -> Text,
        wants -> Text,
        version -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    notice_links (token_hash) {
        token_hash -> Text,
        receipt_hash -> Text,
        notice_id -> Nullable<Text>,
        delivery_id -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    campaign_rules (municipality, valid_from) {
        municipality -> Text,
        valid_from -> Date,
        rules -> Text,
        published_at -> Timestamp,
    }
}

diesel::table! {
    campaigns (id) {
        id -> Text,
        municipality -> Text,
        plan -> Text,
        state -> Text,
        author -> Text,
        editor -> Text,
        proposal -> Nullable<Text>,
        approval -> Nullable<Text>,
        returned -> Nullable<Text>,
        due_at -> Nullable<Timestamp>,
        began_at -> Nullable<Timestamp>,
        looked_on -> Nullable<Date>,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
        created_at -> Timestamp,
        changed_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    campaign_recipients (campaign_id, family_id, occasion) {
        campaign_id -> Text,
        family_id -> Text,
        occasion -> Text,
        child_id -> Nullable<Text>,
        state -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    claims (id) {
        id -> Text,
        facility_id -> Text,
        month -> Text,
        locked_at -> Timestamp,
        locked_by -> Text,
    }
}

diesel::table! {
    claim_lines (id) {
        id -> Text,
        claim_id -> Text,
        number -> BigInt,
        month -> Text,
        facility_id -> Text,
        host -> Text,
        residence -> Text,
        compact_id -> Nullable<Text>,
        booking_id -> Text,
        booking_version -> BigInt,
        child_id -> Text,
        family_id -> Text,
        programme -> Text,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        kind -> Text,
        age -> BigInt,
        unit_yen -> BigInt,
        minutes -> BigInt,
        fee_yen -> BigInt,
        relief_yen -> BigInt,
        benefit_yen -> BigInt,
        certificate -> Nullable<Text>,
        corrects_id -> Nullable<Text>,
        corrects_month -> Nullable<Text>,
        corrects_number -> Nullable<BigInt>,
        reason -> Text,
    }
}

diesel::table! {
    claim_payments (claim_id, family_id) {
        claim_id -> Text,
        family_id -> Text,
        marked_at -> Timestamp,
        marked_by -> Text,
    }
}

diesel::table! {
    settlements (id) {
        id -> Text,
        compact_id -> Text,
        month -> Text,
        city_a -> Text,
        city_b -> Text,
        lines -> BigInt,
        pays_a_yen -> BigInt,
        pays_b_yen -> BigInt,
        locked_a_at -> Nullable<Timestamp>,
        locked_a_by -> Nullable<Text>,
        locked_b_at -> Nullable<Timestamp>,
        locked_b_by -> Nullable<Text>,
    }
}

diesel::table! {
    settlement_lines (claim_line_id) {
        claim_line_id -> Text,
        settlement_id -> Text,
    }
}

diesel::table! {
    settlement_comments (id) {
        id -> Text,
        claim_line_id -> Text,
        municipality -> Text,
        written_by -> Text,
        written_at -> Timestamp,
        words -> Text,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    settlement_answers (id) {
        id -> Text,
        comment_id -> Text,
        municipality -> Text,
        written_by -> Text,
        written_at -> Timestamp,
        words -> Text,
    }
}

diesel::table! {
    known_families (facility_id, family_id) {
        facility_id -> Text,
        family_id -> Text,
        known_at -> Timestamp,
    }
}

diesel::table! {
    account_codes (family_id) {
        family_id -> Text,
        code_hash -> Text,
        made_at -> Timestamp,
        until -> Timestamp,
    }
}

diesel::table! {
    messages (id) {
        id -> Text,
        booking_id -> Text,
        facility_id -> Text,
        number -> BigInt,
        from_family -> Bool,
        written_by -> Text,
        sent_at -> Timestamp,
        words -> Text,
    }
}

diesel::table! {
    message_reads (message_id, account_id) {
        message_id -> Text,
        account_id -> Text,
        read_at -> Timestamp,
    }
}

diesel::table! {
    journal_entries (id) {
        id -> Text,
        facility_id -> Text,
        day -> Date,
        programme -> Text,
        child_id -> Nullable<Text>,
        words -> Text,
        facts -> Nullable<Text>,
        finished_at -> Nullable<Timestamp>,
        corrects_id -> Nullable<Text>,
        reason -> Text,
        written_by -> Text,
        written_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    shift_notes (id) {
        id -> Text,
        facility_id -> Text,
        day -> Date,
        shift -> Text,
        words -> Text,
        written_by -> Text,
        written_at -> Timestamp,
    }
}

diesel::table! {
    shift_note_reads (note_id, account_id) {
        note_id -> Text,
        account_id -> Text,
        read_at -> Timestamp,
    }
}

diesel::table! {
    figure_months (month) {
        month -> Text,
        published_at -> Timestamp,
    }
}

diesel::table! {
    figure_cells (municipality, month, measure, view, name_key) {
        municipality -> Text,
        month -> Text,
        measure -> Text,
        view -> Text,
        name_key -> Text,
        count -> Nullable<BigInt>,
        sum -> Nullable<BigInt>,
    }
}

diesel::table! {
    figure_goals (valid_from) {
        valid_from -> Date,
        goals -> Text,
    }
}

diesel::table! {
    audit_unsealed (line_id) {
        line_id -> Text,
    }
}

diesel::table! {
    audit_chain (position) {
        position -> BigInt,
        line_id -> Text,
        hash -> Text,
    }
}

diesel::table! {
    audit_cities (municipality, occurred_at, line_id) {
        municipality -> Text,
        occurred_at -> Timestamp,
        line_id -> Text,
    }
}

diesel::table! {
    audit_families (family_id, occurred_at, line_id, child_id) {
        family_id -> Text,
        occurred_at -> Timestamp,
        line_id -> Text,
        child_id -> Text,
    }
}

diesel::table! {
    proxy_reasons (key, valid_from) {
        key -> Text,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        rank -> BigInt,
        terms -> Text,
    }
}

diesel::table! {
    proxy_sessions (id) {
        id -> Text,
        account_id -> Text,
        family_id -> Text,
        reason -> Text,
        words -> Text,
        opened_at -> Timestamp,
        ends_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        name -> Text,
        contact -> Text,
        municipality -> Text,
        registered_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    client_credentials (id) {
        id -> Text,
        client_id -> Text,
        kind -> Text,
        hint -> Text,
        secret_hash -> Nullable<Text>,
        jwk -> Nullable<Text>,
        made_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    client_grants (client_id, facility_id) {
        client_id -> Text,
        facility_id -> Text,
        scopes -> Text,
        granted_at -> Timestamp,
    }
}

diesel::table! {
    client_tokens (token_hash) {
        token_hash -> Text,
        client_id -> Text,
        credential_id -> Text,
        scopes -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    client_assertions (client_id, jti_hash) {
        client_id -> Text,
        jti_hash -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    client_uses (client_id, facility_id, day, operation) {
        client_id -> Text,
        facility_id -> Text,
        day -> Date,
        operation -> Text,
        requests -> BigInt,
        refused -> BigInt,
        last_at -> Timestamp,
    }
}

diesel::table! {
    sandboxes (id) {
        id -> Text,
        client_id -> Text,
        secret_hash -> Text,
        clock -> Timestamp,
        made_at -> Timestamp,
        used_at -> Timestamp,
    }
}

diesel::joinable!(children -> families (family_id));
diesel::joinable!(household_classes -> families (family_id));
diesel::joinable!(waitlist_skips -> slots (slot_id));
diesel::joinable!(waitlist_children -> children (child_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(staff_pins -> accounts (account_id));
diesel::joinable!(reminders -> bookings (booking_id));
diesel::joinable!(calendar_feeds -> accounts (account_id));
diesel::joinable!(identities -> accounts (account_id));
diesel::joinable!(accounts -> facilities (facility_id));
diesel::joinable!(accounts -> municipalities (municipality));
diesel::joinable!(regular_classes -> facilities (facility_id));
diesel::joinable!(slots -> facilities (facility_id));
diesel::joinable!(bookings -> facilities (facility_id));
diesel::joinable!(bookings -> children (child_id));
diesel::joinable!(bookings -> programmes (programme_id));
diesel::joinable!(usages -> children (child_id));
diesel::joinable!(applications -> procedures (procedure_id));
diesel::joinable!(applications -> families (family_id));
diesel::joinable!(applications -> children (child_id));
diesel::joinable!(hand_overs -> applications (application_id));
diesel::joinable!(campaign_recipients -> campaigns (campaign_id));
diesel::joinable!(campaign_recipients -> families (family_id));
diesel::joinable!(outreach_cases -> families (family_id));
diesel::joinable!(outreach_notices -> notices (notice_id));
diesel::joinable!(outreach_notices -> outreach_matters (matter_id));
diesel::joinable!(entitlements -> children (child_id));
diesel::joinable!(outbox -> events (event_id));
diesel::joinable!(notices -> accounts (account_id));
diesel::joinable!(deliveries -> notices (notice_id));
diesel::joinable!(notice_links -> deliveries (delivery_id));

diesel::table! {
    week_patterns (id) {
        id -> Text,
        facility_id -> Text,
        offering_id -> Text,
        name -> Text,
        lines -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    duties (offering_id) {
        offering_id -> Text,
        weekly -> Text,
        days -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    place_changes (id) {
        id -> Text,
        facility_id -> Text,
        kind -> Text,
        name -> Text,
        first_day -> Date,
        last_day -> Date,
        new_count -> BigInt,
        changed_count -> BigInt,
        steps -> Text,
        made_at -> Timestamp,
        made_by -> Text,
        undone_at -> Nullable<Timestamp>,
        undone_by -> Nullable<Text>,
    }
}

diesel::joinable!(client_credentials -> clients (client_id));
diesel::joinable!(client_grants -> clients (client_id));
diesel::joinable!(client_grants -> facilities (facility_id));
diesel::joinable!(client_tokens -> clients (client_id));
diesel::joinable!(claims -> accounts (locked_by));
diesel::joinable!(claim_payments -> accounts (marked_by));
diesel::joinable!(claim_lines -> bookings (booking_id));
diesel::joinable!(claim_lines -> children (child_id));
diesel::joinable!(claim_lines -> families (family_id));
diesel::joinable!(claim_lines -> facilities (facility_id));
diesel::joinable!(settlement_lines -> claim_lines (claim_line_id));
diesel::joinable!(settlement_answers -> accounts (written_by));
diesel::joinable!(settlement_comments -> accounts (written_by));
diesel::joinable!(settlement_comments -> claim_lines (claim_line_id));
diesel::joinable!(messages -> accounts (written_by));
diesel::joinable!(messages -> bookings (booking_id));
diesel::joinable!(message_reads -> accounts (account_id));
diesel::joinable!(journal_entries -> accounts (written_by));
diesel::joinable!(shift_notes -> accounts (written_by));
diesel::joinable!(shift_note_reads -> accounts (account_id));
diesel::joinable!(proxy_sessions -> families (family_id));
diesel::table! {
    retention_rules (municipality, valid_from) {
        municipality -> Text,
        valid_from -> Date,
        periods -> Text,
    }
}
diesel::table! {
    retention_runs (municipality, day, kind) {
        municipality -> Text,
        day -> Date,
        kind -> Text,
        kept_from -> Date,
        count -> BigInt,
    }
}
diesel::allow_tables_to_appear_in_same_query!(
    account_codes,
    accounts,
    applications,
    attachments,
    attendance_records,
    audit_chain,
    audit_cities,
    audit_families,
    audit_lines,
    audit_unsealed,
    bookings,
    calendar_feeds,
    campaign_recipients,
    campaign_rules,
    campaigns,
    children,
    claim_lines,
    claim_payments,
    claims,
    client_credentials,
    client_grants,
    client_tokens,
    client_uses,
    clients,
    compact_terms,
    compacts,
    consents,
    deliveries,
    documents,
    entitlement_endings,
    entitlements,
    events,
    facilities,
    families,
    family_codes,
    figure_cells,
    figure_goals,
    figure_months,
    hand_overs,
    hidden_parts,
    holidays,
    household_classes,
    idempotency_keys,
    identities,
    imported_bookings,
    interviews,
    journal_entries,
    known_facts,
    known_families,
    last_numbers,
    message_reads,
    messages,
    municipalities,
    notice_links,
    notice_preferences,
    notice_templates,
    notices,
    offerings,
    outbox,
    outreach_attempts,
    outreach_cases,
    outreach_matters,
    outreach_notes,
    outreach_notices,
    outreach_rules,
    passkey_challenges,
    passkeys,
    place_changes,
    procedures,
    programmes,
    proxy_reasons,
    proxy_sessions,
    push_keys,
    push_subscriptions,
    register_rows,
    register_runs,
    regular_classes,
    reminders,
    residence_letters,
    retention_rules,
    retention_runs,
    sandboxes,
    seen_children,
    series,
    sessions,
    settlement_answers,
    settlement_comments,
    settlement_lines,
    settlements,
    shift_note_reads,
    shift_notes,
    sign_in_attempts,
    slot_bands,
    slots,
    staff_pins,
    unmet_demand,
    usages,
    waitlist_children,
    waitlist_entries,
    waitlist_skips,
    wall_codes,
);
