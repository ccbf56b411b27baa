//! The link's and the outbox's counts in Prometheus' form. They are kept where they are moved, and read when someone scrapes.

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntCounter, IntGauge, Registry};

use super::LinkState;
use crate::mqtt::link::Monitor;
use crate::outbox::OutboxStats;

type Read = fn(&Monitor, &OutboxStats) -> u64;

/// Name, help text, and where the number is.
const COUNTERS: [(&str, &str, Read); 13] = [
    ("spotter_mqtt_connections_total", "Connections that a broker accepted.", |link, _| {
        load(&link.stats().connections)
    }),
    ("spotter_mqtt_refusals_total", "Attempts that a broker refused.", |link, _| {
        load(&link.stats().refusals)
    }),
    ("spotter_mqtt_events_published_total", "Events handed to the broker, repeats included.", |link, _| {
        load(&link.stats().events_published)
    }),
    ("spotter_mqtt_events_acknowledged_total", "Events that the broker acknowledged.", |link, _| {
        load(&link.stats().events_acknowledged)
    }),
    ("spotter_mqtt_live_published_total", "Live values handed to the broker.", |link, _| {
        load(&link.stats().live_published)
    }),
    (
        "spotter_mqtt_live_dropped_total",
        "Live values replaced by a newer one before they could be sent.",
        |link, _| load(&link.stats().live_dropped),
    ),
    ("spotter_mqtt_choices_taken_total", "Choices of coaches that were taken.", |link, _| {
        load(&link.stats().choices_taken)
    }),
    ("spotter_mqtt_choices_refused_total", "Choices that were refused, or came too fast.", |link, _| {
        load(&link.stats().choices_refused)
    }),
    ("spotter_outbox_recorded_total", "Events written to the disk.", |_, outbox| outbox.recorded),
    ("spotter_outbox_acknowledged_total", "Events that became history.", |_, outbox| outbox.acknowledged),
    ("spotter_outbox_rejected_total", "Events that a broker will never take, set aside.", |_, outbox| {
        outbox.rejected
    }),
    ("spotter_outbox_lost_total", "Events lost because outbox or disk were full.", |_, outbox| outbox.lost),
    ("spotter_outbox_write_errors_total", "Writes that the disk refused.", |_, outbox| outbox.write_errors),
];

const GAUGES: [(&str, &str, Read); 3] = [
    ("spotter_mqtt_connected", "1 while the broker takes the unit's messages.", |link, _| {
        u64::from(matches!(link.state(), LinkState::Connected { .. }))
    }),
    ("spotter_outbox_pending", "Events that wait for the broker's acknowledgement.", |_, outbox| {
        outbox.pending
    }),
    ("spotter_outbox_fault", "1 while the disk refuses writes.", |_, outbox| {
        u64::from(outbox.fault.is_some())
    }),
];

/// Registers all of them.
///
/// # Errors
/// When a name is taken.
pub(in crate::mqtt) fn register(registry: &Registry, monitor: &Monitor) -> Result<(), prometheus::Error> {
    let counters = COUNTERS.map(|(name, help, read)| Ok((IntCounter::new(name, help)?, read)));
    let gauges = GAUGES.map(|(name, help, read)| Ok((IntGauge::new(name, help)?, read)));
    registry.register(Box::new(Exported {
        monitor: monitor.clone(),
        counters: counters.into_iter().collect::<Result<_, prometheus::Error>>()?,
        gauges: gauges.into_iter().collect::<Result<_, prometheus::Error>>()?,
    }))
}

struct Exported {
    monitor: Monitor,
    counters: Vec<(IntCounter, Read)>,
    gauges: Vec<(IntGauge, Read)>,
}

impl Collector for Exported {
    fn desc(&self) -> Vec<&Desc> {
        let counters = self.counters.iter().flat_map(|(metric, _)| metric.desc());
        counters.chain(self.gauges.iter().flat_map(|(metric, _)| metric.desc())).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let outbox = self.monitor.outbox().stats();
        let counters = self.counters.iter().flat_map(|(metric, read)| {
            metric.reset();
            metric.inc_by(read(&self.monitor, &outbox));
            metric.collect()
        });
        let gauges = self.gauges.iter().flat_map(|(metric, read)| {
            metric.set(i64::try_from(read(&self.monitor, &outbox)).unwrap_or(i64::MAX));
            metric.collect()
        });
        counters.chain(gauges).collect()
    }
}

fn load(counter: &std::sync::atomic::AtomicU64) -> u64 {
    counter.load(std::sync::atomic::Ordering::Relaxed)
}
