//! Live values on their way out: one slot a station, the newest wins.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::config::Name;
use crate::mqtt::stats::{MqttStats, count};
use crate::mqtt::topics::Topics;

/// A station's slot.
#[derive(Debug)]
struct Slot {
    station: Name,
    topic: String,
    value: Option<Arc<str>>,
}

/// The newest live value of each station that is not sent yet. One that is replaced before it was sent is counted as dropped.
#[derive(Debug, Default)]
pub(super) struct LiveSlots {
    slots: Mutex<Vec<Slot>>,
    changed: Notify,
}

impl LiveSlots {
    /// Offers a newer value; never waits.
    pub(super) fn offer(&self, topics: &Topics, station: &Name, value: Arc<str>, stats: &MqttStats) {
        let mut slots = self.lock();
        let replaced = if let Some(slot) = slots.iter_mut().find(|slot| slot.station == *station) {
            slot.value.replace(value)
        } else {
            slots.push(Slot { station: station.clone(), topic: topics.live(station), value: Some(value) });
            None
        };
        drop(slots);
        if replaced.is_some() {
            count(&stats.live_dropped);
        }
        self.changed.notify_one();
    }

    /// Waits for a newer value.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Sends each waiting value with `send`; stops at the first that it can't take now. That one stays for the next time.
    pub(super) fn send_each(&self, stats: &MqttStats, mut send: impl FnMut(&str, &Arc<str>) -> bool) {
        for slot in self.lock().iter_mut() {
            let Some(value) = &slot.value else { continue };
            if !send(&slot.topic, value) {
                return;
            }
            slot.value = None;
            stats.live_published.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
