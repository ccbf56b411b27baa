//! What an error of the client library means, in words for an operator.

use rumqttc::v5::mqttbytes::v5::{ConnectReturnCode, DisconnectReasonCode};
use rumqttc::v5::{ConnectionError, StateError};

use super::End;
use crate::mqtt::link::window::Sent;

/// How a failed poll ended the session.
pub(super) fn end(error: ConnectionError) -> End {
    match error {
        ConnectionError::ConnectionRefused(code) => End::Refused(refusal(code)),
        ConnectionError::Timeout(_) => End::Lost("no answer in time".to_owned()),
        ConnectionError::Io(error) => End::Lost(error.to_string()),
        ConnectionError::Tls(error) => End::Lost(format!("TLS: {}", chain(&error))),
        ConnectionError::NotConnAck(_) => {
            End::Lost("it answered with something else than MQTT 5's CONNACK".to_owned())
        }
        ConnectionError::MqttState(error) => state(error),
        ConnectionError::RequestsDone => End::Lost("the link was closed".to_owned()),
    }
}

fn state(error: StateError) -> End {
    match error {
        StateError::ServerDisconnect { reason_code, reason_string } => {
            let text = reason_string.map(|text| format!(" ({text})")).unwrap_or_default();
            match reason_code {
                DisconnectReasonCode::NotAuthorized => End::Refused(format!("not authorised{text}")),
                DisconnectReasonCode::SessionTakenOver => End::Lost(
                    "another client took over this unit's client id: two units with the same `unit.site` and `unit.name`?"
                        .to_owned(),
                ),
                code => End::Lost(format!("the broker ended the connection: {code:?}{text}")),
            }
        }
        StateError::ConnectionAborted => End::Lost("the broker closed the connection".to_owned()),
        StateError::AwaitPingResp => End::Lost("the broker does not answer any more".to_owned()),
        StateError::Io(error) => End::Lost(error.to_string()),
        error => End::Lost(error.to_string()),
    }
}

fn refusal(code: ConnectReturnCode) -> String {
    match code {
        ConnectReturnCode::BadUserNamePassword => "wrong user name or password".to_owned(),
        ConnectReturnCode::NotAuthorized => "not authorised (user name, password or permissions)".to_owned(),
        ConnectReturnCode::UnsupportedProtocolVersion | ConnectReturnCode::RefusedProtocolVersion => {
            "it does not speak MQTT 5".to_owned()
        }
        ConnectReturnCode::ClientIdentifierNotValid | ConnectReturnCode::BadClientId => {
            "it does not accept the client id `spotter-<site>-<unit>`".to_owned()
        }
        ConnectReturnCode::RetainNotSupported => "it does not keep retained messages".to_owned(),
        code => format!("{code:?}"),
    }
}

/// The broker took the connection but not the message.
pub(super) fn not_authorised(sent: Sent) -> String {
    let what = match sent {
        Sent::Online | Sent::Offline => "state",
        Sent::Health => "health",
        Sent::Choice => "choices",
        Sent::Event(_) => "events",
    };
    format!(
        "not authorised to publish the unit's {what}: its user needs write permission on `spotter/v1/<site>/<unit>/#`"
    )
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
