import { GCProfiler, getHeapStatistics } from 'node:v8';

/**
 * Counts the bytes that are allocated on the heap of V8 until the returned function is called: how much more was in use
 * at the beginning of each garbage collection than after the one before.
 *
 * Buffers lie outside of the heap, and are given back at times of their own: they can't be counted like this.
 */
export function countAllocations(): () => number {
  const profiler = new GCProfiler();
  profiler.start();
  let before = getHeapStatistics().used_heap_size;
  return () => {
    const now = getHeapStatistics().used_heap_size;
    let allocated = 0;
    for (const { beforeGC, afterGC } of profiler.stop().statistics) {
      // Memory that is given back between two collections makes it a little less; never below nothing.
      allocated += Math.max(0, beforeGC.heapStatistics.usedHeapSize - before);
      before = afterGC.heapStatistics.usedHeapSize;
    }
    return allocated + Math.max(0, now - before);
  };
}
