//! Several inputs at once: a bounded number of workers, outcomes in the inputs' order.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::Outcome;
use super::input::Input;
use crate::exit::{Code, Failure};

/// Inputs that are analysed at once: one a processor.
pub(super) fn workers(inputs: usize) -> usize {
    processors().min(inputs).max(1)
}

/// Inference threads of each of `workers`, which share the processors.
pub(super) fn inference_threads(workers: usize) -> usize {
    (processors() / workers).clamp(1, 4)
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Works on all inputs; hands the outcomes over on this thread, in the inputs' order, each as soon as it can.
pub(super) fn run(
    inputs: &[Input],
    workers: usize,
    work: impl Fn(&Input) -> Result<Outcome, Failure> + Sync,
    mut each: impl FnMut(&Input, Result<Outcome, Failure>),
) {
    let next = AtomicUsize::new(0);
    let (finished, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (finished, next, work) = (finished.clone(), &next, &work);
            scope.spawn(move || {
                while let Some((index, input)) = take(inputs, next) {
                    // The receiver outlives the workers.
                    let _ = finished.send((index, guarded(|| work(input))));
                }
            });
        }
        drop(finished);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (index, outcome) in outcomes {
            waiting.insert(index, outcome);
            while let Some(outcome) = waiting.remove(&due) {
                each(&inputs[due], outcome);
                due += 1;
            }
        }
    });
}

fn take<'a>(inputs: &'a [Input], next: &AtomicUsize) -> Option<(usize, &'a Input)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    inputs.get(index).map(|input| (index, input))
}

/// A defect that one input brings to light must not cost the others their results.
fn guarded(work: impl FnOnce() -> Result<Outcome, Failure>) -> Result<Outcome, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let text = "a defect of Spotter stopped the analysis; the message above says where";
        Err(Failure::new(Code::Software, anyhow::anyhow!(text)))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    use super::super::input::Kind;
    use super::*;

    fn inputs(count: usize) -> Vec<Input> {
        (0..count).map(|n| Input { path: n.to_string().into(), kind: Kind::Poses }).collect()
    }

    #[test]
    fn outcomes_come_in_the_inputs_order_whatever_finishes_first() {
        let inputs = inputs(3);
        let (second_done, wait_for_second) = channel();
        let wait_for_second = Mutex::new(wait_for_second);
        let work = |input: &Input| {
            match input.path.to_str() {
                // The first one ends after the second one has.
                Some("0") => wait_for_second.lock().unwrap().recv().unwrap(),
                Some("1") => second_done.send(()).unwrap(),
                _ => panic!("a defect"),
            }
            Err(Failure::new(Code::Data, anyhow::anyhow!("{}", input.path.display())))
        };
        let mut seen = Vec::new();
        run(&inputs, 2, work, |input, outcome| {
            seen.push((input.path.display().to_string(), outcome.err().map(|failure| failure.code())));
        });
        let expected = [("0", Code::Data), ("1", Code::Data), ("2", Code::Software)];
        assert_eq!(seen, expected.map(|(path, code)| (path.to_owned(), Some(code))));
    }

    #[test]
    fn workers_and_their_threads_are_bounded() {
        assert_eq!(workers(1), 1);
        assert!(workers(1000) <= processors());
        for workers in 1..64 {
            assert!((1..=4).contains(&inference_threads(workers)));
        }
    }
}
