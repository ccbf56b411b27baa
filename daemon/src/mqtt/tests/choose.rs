//! A coach's choice from a tablet to its station and back.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_reaches_its_station_and_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let choices = choices();
    let mut station = choices.follow(&station()).unwrap();
    let link =
        Link::start(LinkSettings::embedded(topics(), &broker), outbox(folder.path()), Arc::clone(&choices));
    wait_connected(&link).await;
    let mut tablet =
        Subscriber::anonymous(broker.address().port(), "spotter/v1/gym/rack-1/left/choice").await;
    assert_eq!(
        tablet.next().await.json["exercise"],
        "auto",
        "what is chosen is retained for who comes later"
    );

    let topic = "spotter/v1/gym/rack-1/command/left/choose";
    tablet.publish(topic, r#"{"schema":1,"exercise":"row","load_kg":60}"#).await;
    let answer = tablet.next().await.json;
    assert_eq!((&answer["exercise"], &answer["load_kg"]), (&"row".into(), &60.0.into()));
    assert_eq!(station.borrow_and_update().exercise, spotter_movement::Exercise::Row);

    tablet.publish(topic, r#"{"schema":1,"exercise":"juggling"}"#).await;
    let refused = tablet.next().await.json;
    assert!(refused["error"].as_str().unwrap().contains("juggling"), "{refused}");
    assert!(!station.has_changed().unwrap(), "a refused choice changes nothing");
    let mut late = Subscriber::anonymous(broker.address().port(), "spotter/v1/gym/rack-1/left/choice").await;
    assert_eq!(late.next().await.json["exercise"], "row", "a refusal hides no choice");
    link.shutdown(DEADLINE).await;
    broker.stop().await;
}
