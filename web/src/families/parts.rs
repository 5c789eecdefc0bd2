//! Parts of the family's pages: the form for a child and its rows.

use leptos::prelude::*;
use shared::families::{Child, MAX_ALLERGIES, MAX_EMERGENCY_CONTACTS, MAX_PICK_UP_PEOPLE, NewChild};

use super::model::{ALLERGY, AllergyDraft, ChildDraft, ContactDraft, EMERGENCY, PICK_UP, RowIds, contacts_to_copy, free_row, row_id};
use crate::i18n::{Say, Text, say_with, t_with};
use crate::ui::{Button, Checkbox, Choice, DateInput, Field, FieldError, Glyph, Look, Need, RadioGroup, TextArea, TextInput};

/// Makes the signals of a new row last as long as the form: what asks for the row, such as a button that hides when no more rows are
/// possible, may be gone before it.
fn lasting<T>(form: &StoredValue<Owner>, make: impl FnOnce() -> T) -> T {
    form.with_value(|form| form.with(make))
}

fn this_form() -> StoredValue<Owner> {
    StoredValue::new(Owner::current().unwrap_or_default())
}

/// One allergy of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllergyRow {
    row: usize,
    name: RwSignal<String>,
    severe: RwSignal<bool>,
}

/// One contact of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactRow {
    row: usize,
    name: RwSignal<String>,
    relation: RwSignal<String>,
    phone: RwSignal<String>,
}

impl ContactRow {
    fn of(draft: ContactDraft) -> Self {
        Self { row: draft.row, name: RwSignal::new(draft.name), relation: RwSignal::new(draft.relation), phone: RwSignal::new(draft.phone) }
    }

    fn draft(&self) -> ContactDraft {
        ContactDraft {
            row: self.row,
            name: self.name.get_untracked(),
            relation: self.relation.get_untracked(),
            phone: self.phone.get_untracked(),
        }
    }
}

/// The fields of a child.
#[derive(Debug, Clone, Copy)]
pub struct ChildFields {
    name: RwSignal<String>,
    kana: RwSignal<String>,
    born: RwSignal<Option<chrono::NaiveDate>>,
    sex: RwSignal<String>,
    allergies: RwSignal<Vec<AllergyRow>>,
    care_notes: RwSignal<String>,
    emergency: RwSignal<Vec<ContactRow>>,
    pick_up: RwSignal<Vec<ContactRow>>,
}

impl ChildFields {
    /// Fields filled in so far.
    pub fn of(draft: ChildDraft) -> Self {
        let allergy =
            |draft: AllergyDraft| AllergyRow { row: draft.row, name: RwSignal::new(draft.name), severe: RwSignal::new(draft.severe) };
        Self {
            name: RwSignal::new(draft.name),
            kana: RwSignal::new(draft.kana),
            born: RwSignal::new(draft.born),
            sex: RwSignal::new(draft.sex),
            allergies: RwSignal::new(draft.allergies.into_iter().map(allergy).collect()),
            care_notes: RwSignal::new(draft.care_notes),
            emergency: RwSignal::new(draft.emergency.into_iter().map(ContactRow::of).collect()),
            pick_up: RwSignal::new(draft.pick_up.into_iter().map(ContactRow::of).collect()),
        }
    }

    /// What is typed now.
    pub fn draft(&self) -> ChildDraft {
        let drafts = |rows: RwSignal<Vec<ContactRow>>| rows.with_untracked(|rows| rows.iter().map(ContactRow::draft).collect());
        ChildDraft {
            name: self.name.get_untracked(),
            kana: self.kana.get_untracked(),
            born: self.born.get_untracked(),
            sex: self.sex.get_untracked(),
            allergies: self.allergies.with_untracked(|rows| {
                rows.iter().map(|r| AllergyDraft { row: r.row, name: r.name.get_untracked(), severe: r.severe.get_untracked() }).collect()
            }),
            care_notes: self.care_notes.get_untracked(),
            emergency: drafts(self.emergency),
            pick_up: drafts(self.pick_up),
        }
    }

    /// Takes over the contacts of a brother or sister.
    fn copy_contacts(&self, known: &NewChild) {
        let from = ChildDraft::of(known);
        self.emergency.set(from.emergency.into_iter().map(ContactRow::of).collect());
        self.pick_up.set(from.pick_up.into_iter().map(ContactRow::of).collect());
    }
}

/// The form's fields. `siblings` are the other children, whose contacts can be taken over.
#[component]
pub fn ChildForm(
    /// The fields.
    fields: ChildFields,
    /// The other children of the family.
    siblings: Vec<Child>,
    /// The year it is.
    this_year: i32,
    /// What is wrong.
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let sexes = Signal::stored(vec![
        Choice::new("female", "families.female"),
        Choice::new("male", "families.male"),
        Choice::new("other", "families.sex_other"),
    ]);
    view! {
        <section class="card stack">
            <h2><Say key="families.child"/></h2>
            <Field id="child_name" label="families.name" hint="families.name_hint" error=FieldError::of(errors, "child_name")>
                <TextInput value=fields.name autocomplete="off" maxlength=60/>
            </Field>
            <Field id="child_kana" label="families.kana" error=FieldError::of(errors, "child_kana")>
                <TextInput value=fields.kana autocomplete="off" maxlength=60/>
            </Field>
            <DateInput
                id="born"
                legend="families.born"
                hint="families.born_hint"
                value=fields.born
                first_year=this_year.saturating_sub(18)
                last_year=this_year
                error=FieldError::of(errors, "born")
            />
            <RadioGroup id="sex" legend="families.sex" required=Need::Optional choices=sexes value=fields.sex inline=true/>
        </section>
        <section class="card stack">
            <h2><Say key="families.care"/></h2>
            <p class="quiet"><Say key="families.care_text"/></p>
            <Allergies rows=fields.allergies errors/>
            <Field id="care_notes" label="families.care_notes" required=Need::Optional hint="families.care_notes_hint" error=FieldError::of(errors, "care_notes")>
                <TextArea value=fields.care_notes maxlength=1000/>
            </Field>
        </section>
        <CopyContacts fields siblings/>
        <section class="card stack">
            <h2><Say key="families.emergency"/></h2>
            <p class="quiet"><Say key="families.emergency_text"/></p>
            <Contacts rows=fields.emergency ids=&EMERGENCY most=MAX_EMERGENCY_CONTACTS legend="families.emergency_row" add="families.add_emergency" errors/>
        </section>
        <section class="card stack">
            <h2><Say key="families.pick_up"/></h2>
            <p class="quiet"><Say key="families.pick_up_text"/></p>
            <Contacts rows=fields.pick_up ids=&PICK_UP most=MAX_PICK_UP_PEOPLE legend="families.pick_up_row" add="families.add_pick_up" errors/>
        </section>
    }
}

/// Offers the contacts of a brother or sister while none are filled in.
#[component]
fn CopyContacts(fields: ChildFields, siblings: Vec<Child>) -> impl IntoView {
    let from = contacts_to_copy(&siblings).cloned();
    let form = this_form();
    let nothing_yet = move || fields.emergency.with(Vec::is_empty) && fields.pick_up.with(Vec::is_empty);
    from.map(|from| {
        let from = StoredValue::new(from);
        let name = move || from.with_value(|child| child.known.name.to_string());
        view! {
            <Show when=nothing_yet>
                <div class="card stack copy-contacts">
                    <p>{say_with("families.copy_text", move || vec![("name", name())])}</p>
                    <div class="row">
                        <Button look=Look::Outline on_press=Callback::new(move |()| lasting(&form, || from.with_value(|child| fields.copy_contacts(&child.known))))>
                            {say_with("families.copy", move || vec![("name", name())])}
                        </Button>
                    </div>
                </div>
            </Show>
        }
    })
}

#[component]
fn Allergies(rows: RwSignal<Vec<AllergyRow>>, errors: Signal<Vec<FieldError>>) -> impl IntoView {
    let form = this_form();
    let next = |rows: &Vec<AllergyRow>| free_row(rows.iter().map(|row| row.row), MAX_ALLERGIES);
    let add = move |()| {
        rows.update(|rows| {
            if let Some(row) = next(rows) {
                rows.push(lasting(&form, || AllergyRow { row, name: RwSignal::new(String::new()), severe: RwSignal::new(false) }));
            }
        });
    };
    view! {
        <fieldset class="stack rows">
            <legend class="field-label"><span><Say key="families.allergies"/></span></legend>
            <For each=move || rows.get() key=|row| row.row let:row>
                <div class="row-box stack">
                    <Field id=row_id(&ALLERGY, 0, row.row) label="families.allergy" hint="families.allergy_hint" required=Need::Unsaid error=FieldError::of(errors, row_id(&ALLERGY, 0, row.row))>
                        <TextInput value=row.name autocomplete="off" maxlength=60/>
                    </Field>
                    <Checkbox id=row_id(&ALLERGY, 1, row.row) label="families.severe" value=row.severe/>
                    <Remove name=row.name on_press=move |()| rows.update(|rows| rows.retain(|other| other.row != row.row))/>
                </div>
            </For>
            <Show when=move || rows.with(next).is_some()>
                <div class="row"><Button look=Look::Outline icon=Glyph::Plus on_press=Callback::new(add)><Say key="families.add_allergy"/></Button></div>
            </Show>
        </fieldset>
    }
}

#[component]
fn Contacts(
    rows: RwSignal<Vec<ContactRow>>,
    ids: &'static RowIds<3>,
    most: u64,
    #[prop(into)] legend: Text,
    add: &'static str,
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let form = this_form();
    let next = move |rows: &Vec<ContactRow>| free_row(rows.iter().map(|row| row.row), most);
    let add_row = move |()| {
        rows.update(|rows| {
            if let Some(row) = next(rows) {
                rows.push(lasting(&form, || ContactRow::of(ContactDraft { row, ..ContactDraft::default() })));
            }
        });
    };
    view! {
        <For each=move || rows.get() key=|row| row.row let:row>
            <fieldset class="row-box stack">
                <legend class="visually-hidden">{legend.view()} " " {move || rows.with(|rows| rows.iter().position(|other| other.row == row.row)).map(|at| at + 1)}</legend>
                <Field id=row_id(ids, 0, row.row) label="families.contact_name" required=Need::Unsaid error=FieldError::of(errors, row_id(ids, 0, row.row))>
                    <TextInput value=row.name autocomplete="off" maxlength=60/>
                </Field>
                <Field id=row_id(ids, 1, row.row) label="families.relation" required=Need::Unsaid hint="families.relation_hint" error=FieldError::of(errors, row_id(ids, 1, row.row))>
                    <TextInput value=row.relation autocomplete="off" maxlength=30 short=true/>
                </Field>
                <Field id=row_id(ids, 2, row.row) label="families.phone" required=Need::Unsaid error=FieldError::of(errors, row_id(ids, 2, row.row))>
                    <TextInput value=row.phone kind="tel" autocomplete="off" inputmode="tel" short=true/>
                </Field>
                <Remove name=row.name on_press=move |()| rows.update(|rows| rows.retain(|other| other.row != row.row))/>
            </fieldset>
        </For>
        <Show when=move || rows.with(next).is_some()>
            <div class="row"><Button look=Look::Outline icon=Glyph::Plus on_press=Callback::new(add_row)><Say key=add/></Button></div>
        </Show>
    }
}

/// Takes a row away; its name says which.
#[component]
fn Remove(name: RwSignal<String>, #[prop(into)] on_press: Callback<()>) -> impl IntoView {
    view! {
        <div class="row">
            <button type="button" class="button button-text" aria-label=move || t_with("families.remove_row", &[("name", name.get())]) on:click=move |_| on_press.run(())>
                <Say key="families.remove"/>
            </button>
        </div>
    }
}
