import { GCProfiler, getHeapStatistics } from 'node:v8';

const inUse = (used: number, external: number): number => used + external;

const usedNow = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return inUse(used_heap_size, external_memory);
};

/**
 * Counts what is allocated, on the heap of V8 and in buffers outside of it, until the returned function is called: how
 * much more was in use at the beginning of each garbage collection than after the one before.
 */
export function countAllocations(): () => number {
  const profiler = new GCProfiler();
  profiler.start();
  let before = usedNow();
  return () => {
    const { statistics } = profiler.stop();
    let allocated = 0;
    for (const { beforeGC, afterGC } of statistics) {
      const used = inUse(beforeGC.heapStatistics.usedHeapSize, beforeGC.heapStatistics.externalMemory);
      // Memory that is given back between two collections makes it a little less; never below nothing.
      allocated += Math.max(0, used - before);
      before = inUse(afterGC.heapStatistics.usedHeapSize, afterGC.heapStatistics.externalMemory);
    }
    return allocated + Math.max(0, usedNow() - before);
  };
}
