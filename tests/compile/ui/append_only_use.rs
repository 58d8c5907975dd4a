use ennead::prelude::*;

#[model(append_only)]
pub struct Event {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[unique]
    pub number: i64,
    #[default(0)]
    pub weight: i64,
}

fn event() -> ennead::op::Create<Event> {
    Event::create(NewEvent { number: 1 })
}

fn main() {
    let _ = Event::update("a").set(Event::WEIGHT, 1);
    let _ = Event::bulk_update().all_rows().set(Event::WEIGHT, 1);
    let _ = Event::bulk_update_each([]);
    let _ = Event::delete("a");
    let _ = Event::bulk_delete().all_rows();
    let _ = Event::restore("a");
    let _ = event().on_conflict(Event::NUMBER).update(Event::WEIGHT);
    let _ = Event::bulk_create([event()]).on_conflict(Event::NUMBER).update_add(Event::WEIGHT, 1);
    let _ = event().on_conflict(Event::NUMBER).ignore();
}
