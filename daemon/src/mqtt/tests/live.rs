//! Live values: the newest wins, nothing waits.

use std::sync::atomic::Ordering;

use super::proxy::Proxy;
use super::*;

fn value(n: usize) -> Arc<str> {
    format!(r#"{{"number":{n},"padding":"{n:0>4000}"}}"#).into()
}

fn number(message: &subscriber::Message) -> u64 {
    message.json["number"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_network_costs_old_values_only_and_they_are_counted() {
    const VALUES: usize = 5000;
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let proxy = Proxy::to(broker.address()).await;
    let mut tablet = Subscriber::anonymous(broker.address().port(), "spotter/v1/gym/rack-1/left/live").await;
    let link = Link::start(settings_through(&broker, proxy.port), outbox(folder.path()), choices());
    wait_connected(&link).await;
    let publisher = link.publisher();
    publisher.live(&station(), value(0));
    assert_eq!(number(&tablet.next().await), 0);

    proxy.set_open(false);
    for n in 1..=VALUES {
        publisher.live(&station(), value(n));
        // Gives the link the chance to take it, as a camera does.
        tokio::task::yield_now().await;
    }
    let monitor = link.monitor();
    let stats = monitor.stats();
    wait_until("some were dropped", || stats.live_dropped.load(Ordering::Relaxed) > 0).await;
    proxy.set_open(true);
    let mut received = vec![0];
    while *received.last().unwrap() != VALUES as u64 {
        received.push(number(&tablet.next().await));
    }
    assert!(received.windows(2).all(|pair| pair[0] < pair[1]), "never backwards");
    let (published, dropped) =
        (stats.live_published.load(Ordering::Relaxed), stats.live_dropped.load(Ordering::Relaxed));
    assert_eq!(published + dropped, VALUES as u64 + 1, "each was sent or counted");
    link.shutdown(DEADLINE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_broker_only_the_newest_waits() {
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let proxy = Proxy::to(broker.address()).await;
    proxy.set_open(false);
    let mut tablet = Subscriber::anonymous(broker.address().port(), "spotter/v1/gym/rack-1/left/live").await;
    let link = Link::start(settings_through(&broker, proxy.port), outbox(folder.path()), choices());
    for n in 0..100 {
        link.publisher().live(&station(), value(n));
    }
    assert_eq!(link.monitor().stats().live_dropped.load(Ordering::Relaxed), 99);
    proxy.set_open(true);
    assert_eq!(number(&tablet.next().await), 99);
    link.shutdown(DEADLINE).await;
}
