//! A loaded "engine": ONNX Runtime on the plan's model.

use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::Session;
use ort::value::Tensor;

use crate::abi::{Picture, Use, View, status};
use crate::behaviour::Behaviour;
use crate::kernel::{self, Target};
use crate::plan::Plan;

/// Why a call failed: a status and a text.
pub(crate) type Failure = (i32, String);

pub(crate) struct Engine {
    behaviour: Behaviour,
    /// Of the plug-in.
    leaked: Arc<AtomicU64>,
    fp16: bool,
    state: Mutex<State>,
    target: Target,
    slots: usize,
    /// By set, output and slot, so that what was read stays where it is until the set runs again.
    outputs: Vec<Mutex<Vec<Vec<f32>>>>,
    lengths: Vec<usize>,
}

struct State {
    session: Session,
    inputs: Vec<Vec<Vec<f32>>>,
    runs: u64,
    lost: bool,
    names: Vec<String>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refused(error: impl std::fmt::Display) -> Failure {
    (status::REFUSED, error.to_string())
}

/// ONNX Runtime's library: the one named by `ORT_DYLIB_PATH`, or that of the set-up.
fn onnxruntime() -> PathBuf {
    std::env::var_os("ORT_DYLIB_PATH").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../.cache/onnxruntime/libonnxruntime.so"),
        PathBuf::from,
    )
}

fn environment() -> Result<Environment, Failure> {
    static MADE: Mutex<Option<Environment>> = Mutex::new(None);
    let mut made = lock(&MADE);
    if let Some(environment) = made.as_ref() {
        return Ok(environment.clone());
    }
    let environment = ort::init_from(onnxruntime()).map_err(refused)?.build().map_err(refused)?;
    *made = Some(environment.clone());
    Ok(environment)
}

/// A session of the model, which must be ONNX Runtime's to take.
pub(crate) fn session(onnx: &[u8]) -> Result<Session, Failure> {
    Session::builder(&environment()?)
        .and_then(|builder| Ok(builder.with_intra_threads(1)?.with_intra_op_spinning(false)?))
        .and_then(|mut builder| builder.commit_from_memory(onnx))
        .map_err(refused)
}

impl Engine {
    /// # Safety
    /// The outputs of `used` are as many as it says, with names that end.
    pub(crate) unsafe fn load(
        behaviour: Behaviour,
        leaked: Arc<AtomicU64>,
        plan: &[u8],
        used: &Use,
    ) -> Result<Self, Failure> {
        let plan = Plan::read(plan).ok_or_else(|| refused("these bytes are no plan"))?;
        if plan.tensorrt != behaviour.tensorrt {
            return Err(refused(format!("the plan was built by TensorRT {:?}", plan.tensorrt)));
        }
        let session = session(plan.onnx)?;
        // SAFETY: as the caller says.
        let wanted = unsafe { slice::from_raw_parts(used.outputs, used.output_count) };
        // SAFETY: as the caller says.
        let names: Vec<String> = wanted
            .iter()
            .map(|output| unsafe { CStr::from_ptr(output.name) }.to_string_lossy().into_owned())
            .collect();
        let lengths: Vec<usize> = wanted.iter().map(|output| output.values as usize).collect();
        check_shapes(&session, used, &names, &lengths)?;
        let (sets, slots) = (used.sets as usize, used.slots as usize);
        let target = Target { width: used.width, height: used.height, low: used.low, gain: used.gain };
        let input = vec![0.0; 3 * (used.width * used.height) as usize];
        let outputs = || Mutex::new(lengths.iter().map(|length| vec![0.0; length * slots]).collect());
        Ok(Self {
            fp16: plan.precision == 1,
            outputs: (0..sets).map(|_| outputs()).collect(),
            state: Mutex::new(State {
                session,
                inputs: vec![vec![input; slots]; sets],
                runs: 0,
                lost: false,
                names,
            }),
            behaviour,
            leaked,
            target,
            slots,
            lengths,
        })
    }

    fn check(&self, set: i32, slot: i32) -> Result<(usize, usize), Failure> {
        let inside = (0..self.outputs.len() as i32).contains(&set) && (0..self.slots as i32).contains(&slot);
        if inside {
            Ok((set as usize, slot as usize))
        } else {
            Err((status::ARGUMENT, format!("there is no slot {slot} of set {set}")))
        }
    }

    /// # Safety
    /// The picture's planes are whole.
    pub(crate) unsafe fn put(
        &self,
        set: i32,
        slot: i32,
        picture: &Picture,
        view: &View,
    ) -> Result<(), Failure> {
        let (set, slot) = self.check(set, slot)?;
        let mut state = lock(&self.state);
        // SAFETY: as the caller says.
        unsafe { kernel::sample(picture, view, self.target, &mut state.inputs[set][slot]) };
        if state.lost { Err((status::LOST, "the device is lost".to_owned())) } else { Ok(()) }
    }

    /// # Safety
    /// As [`Self::put`].
    pub(crate) unsafe fn put_nvmm(
        &self,
        set: i32,
        slot: i32,
        picture: &Picture,
        view: &View,
    ) -> Result<(), Failure> {
        if !self.behaviour.nvmm {
            return Err((status::UNSUPPORTED, "the stand-in was not told to read video memory".to_owned()));
        }
        // SAFETY: as the caller says.
        unsafe { self.put(set, slot, picture, view) }
    }

    pub(crate) fn run(&self, set: i32, count: i32) -> Result<(), Failure> {
        let (set, last) = self.check(set, count - 1)?;
        let mut state = lock(&self.state);
        self.misbehave(&mut state)?;
        let mut outputs = lock(&self.outputs[set]);
        for slot in 0..=last {
            let shape = [1_i64, 3, i64::from(self.target.height), i64::from(self.target.width)];
            let input = Tensor::from_array((shape, state.inputs[set][slot].clone())).map_err(refused)?;
            let State { session, names, .. } = &mut *state;
            let found =
                session.run(ort::inputs![&input]).map_err(|error| (status::FAILED, error.to_string()))?;
            for (index, name) in names.iter().enumerate() {
                let values = found[name.as_str()].try_extract_tensor::<f32>().map_err(refused)?.1;
                let length = self.lengths[index];
                let target = &mut outputs[index][slot * length..(slot + 1) * length];
                target.copy_from_slice(values);
                self.spoil(target);
            }
        }
        Ok(())
    }

    fn misbehave(&self, state: &mut State) -> Result<(), Failure> {
        state.runs += 1;
        self.leaked.fetch_add(self.behaviour.leaks, Ordering::SeqCst);
        let is_due = |nth: Option<u64>| nth == Some(state.runs);
        if is_due(self.behaviour.run_crashes) {
            std::process::abort();
        }
        state.lost = state.lost || is_due(self.behaviour.run_loses);
        if state.lost {
            return Err((status::LOST, "CUDA error 700 (stand-in): the device is lost".to_owned()));
        }
        if is_due(self.behaviour.run_fails) {
            return Err((status::FAILED, "this run fails (stand-in)".to_owned()));
        }
        Ok(())
    }

    fn spoil(&self, values: &mut [f32]) {
        let parity_off = self.behaviour.parity_off.concerns(self.fp16);
        for (is_wrong, factor) in [(parity_off, 1.2), (self.behaviour.parity_near, 1.002)] {
            if is_wrong {
                for value in values.iter_mut() {
                    *value *= factor;
                }
            }
        }
        if self.behaviour.nan.concerns(self.fp16) {
            values.fill(f32::NAN);
        }
    }

    pub(crate) fn read(&self, set: i32, slot: i32, output: usize) -> *const f32 {
        let Ok((set, slot)) = self.check(set, slot) else { return std::ptr::null() };
        let outputs = lock(&self.outputs[set]);
        outputs.get(output).map_or(std::ptr::null(), |values| values[slot * self.lengths[output]..].as_ptr())
    }
}

fn check_shapes(session: &Session, used: &Use, names: &[String], lengths: &[usize]) -> Result<(), Failure> {
    let wanted = [3, i64::from(used.height), i64::from(used.width)];
    let input = session.inputs().first().and_then(|input| input.dtype().tensor_shape());
    if input.is_none_or(|shape| shape.len() != 4 || shape[1..] != wanted) {
        return Err((status::SHAPE, format!("the engine's input is not of {wanted:?}")));
    }
    for (name, &length) in names.iter().zip(lengths) {
        let found = session.outputs().iter().find(|output| output.name() == name);
        let values = found
            .and_then(|output| output.dtype().tensor_shape())
            .map(|shape| shape.iter().skip(1).product::<i64>() as usize);
        if values != Some(length) {
            return Err((
                status::SHAPE,
                format!("output {name}: expected {length} values, found {values:?}"),
            ));
        }
    }
    Ok(())
}
