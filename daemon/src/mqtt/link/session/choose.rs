//! Choices that coaches send: taken for their station, and answered with what is chosen now.

use bytes::Bytes;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Publish;

use super::Session;
use crate::mqtt::link::window::Sent;
use crate::mqtt::payload;
use crate::mqtt::stats::count;

/// Answers that wait for the broker. Beyond it a choice is refused and counted: nobody chooses that fast.
const ANSWERS: usize = 16;

/// What tablets are told of a station's choice.
#[derive(Debug)]
pub(super) struct Answer {
    topic: String,
    /// Kept by the broker for tablets that come later: what is chosen, but no refusal.
    retain: bool,
    payload: Bytes,
}

impl Session<'_> {
    /// Asks the broker for the choices that tablets send, and says what is chosen now.
    pub(super) fn listen_for_choices(&mut self) {
        let topics = &self.shared.settings.topics;
        if let Err(error) = self.client.try_subscribe(topics.choose_filter(), QoS::AtLeastOnce) {
            tracing::warn!(%error, "coaches' choices can't be heard on this connection");
        }
        self.answers = (self.shared.choices.now())
            .map(|(station, choice)| Answer {
                topic: topics.choice(station.as_str()),
                retain: true,
                payload: payload::choice(&choice).into(),
            })
            .collect();
    }

    /// A message came in: a choice, as nothing else was asked for.
    pub(super) fn on_message(&mut self, message: &Publish) {
        let (topics, stats) = (&self.shared.settings.topics, &self.shared.stats);
        let topic = String::from_utf8_lossy(&message.topic);
        let Some(station) = topics.chosen_station(&topic) else { return };
        if self.answers.len() >= ANSWERS {
            count(&stats.choices_refused);
            return;
        }
        let chosen = self.shared.choices.choose(station, &message.payload);
        match &chosen {
            Ok(choice) => {
                tracing::info!(station, exercise = choice.exercise.name(), "a coach has chosen");
                count(&stats.choices_taken);
            }
            Err(error) => {
                tracing::warn!(station, %error, "a choice was refused");
                count(&stats.choices_refused);
            }
        }
        let payload = match &chosen {
            Ok(choice) => payload::choice(choice),
            Err(error) => payload::choice_refused(error),
        };
        // A name that is no level of a topic can't be answered.
        if station.parse::<crate::config::Name>().is_ok() {
            let retain = chosen.is_ok();
            self.answers.push_back(Answer { topic: topics.choice(station), retain, payload: payload.into() });
        }
    }

    /// Sends the answers that are due.
    pub(super) fn send_answers(&mut self) {
        while self.window.is_open() {
            let Some(answer) = self.answers.pop_front() else { return };
            let Answer { topic, retain, payload } = &answer;
            if !self.publish(topic.clone(), Some(Sent::Choice), *retain, payload.clone()) {
                self.answers.push_front(answer);
                return;
            }
        }
    }
}
