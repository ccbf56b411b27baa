//! A tablet's browser: MQTT 5 over WebSocket, spoken packet by packet.

use bytes::BytesMut;
use futures_util::{SinkExt, StreamExt};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Connect, Filter, Packet, Subscribe};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::*;

fn binary(packet: &Packet) -> Message {
    let mut bytes = BytesMut::new();
    packet.write(&mut bytes, None).unwrap();
    Message::Binary(bytes.freeze())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_reads_the_state_over_websocket() {
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let link = Link::start(LinkSettings::embedded(topics(), &broker), outbox(folder.path()), choices());
    wait_connected(&link).await;

    let url = format!("ws://{}{}", broker.websocket_address(), broker::WEBSOCKET_PATH);
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("Sec-WebSocket-Protocol", "mqtt".parse().unwrap());
    let (mut socket, answer) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert_eq!(answer.headers()["Sec-WebSocket-Protocol"], "mqtt");
    let connect =
        Connect { keep_alive: 30, client_id: "browser".to_owned(), clean_start: true, properties: None };
    socket.send(binary(&Packet::Connect(connect, None, None))).await.unwrap();
    let subscribe = Subscribe {
        pkid: 1,
        filters: vec![Filter::new("spotter/v1/+/+/state", QoS::AtMostOnce)],
        properties: None,
    };
    socket.send(binary(&Packet::Subscribe(subscribe))).await.unwrap();

    let mut received = BytesMut::new();
    let publish = tokio::time::timeout(DEADLINE, async {
        loop {
            match Packet::read(&mut received, None) {
                Ok(Packet::Publish(publish)) => return publish,
                Ok(_) => {}
                Err(_) => received.extend_from_slice(&socket.next().await.unwrap().unwrap().into_data()),
            }
        }
    });
    let publish = publish.await.expect("the retained state");
    assert_eq!(publish.topic, topics().state());
    let state: Value = serde_json::from_slice(&publish.payload).unwrap();
    assert_eq!(state["state"], "online");
    link.shutdown(DEADLINE).await;
}
