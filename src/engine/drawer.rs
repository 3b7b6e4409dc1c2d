//! Where adapters keep their own small state.

use std::sync::Arc;

use super::decision::Desk;
use super::pipeline::Engine;
use crate::platform::Memory;
use crate::store::tx::Tx;

/// An adapter's drawer in the store.
pub struct Drawer {
    engine: Arc<Engine>,
    platform: &'static str,
}

impl Drawer {
    /// The drawer of the adapter of this name.
    #[must_use]
    pub fn new(engine: Arc<Engine>, platform: &'static str) -> Self {
        Self { engine, platform }
    }
}

#[async_trait::async_trait]
impl Memory for Drawer {
    fn recall(&self, name: &str) -> Option<Vec<u8>> {
        Tx::new(self.engine.kv.as_ref()).recall(self.platform, name).ok().flatten()
    }

    async fn keep(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let keep = |desk: &Desk<'_>| Ok(desk.tx.keep(self.platform, name, &bytes)?);
        Ok(self.engine.commit(keep).await?)
    }
}
