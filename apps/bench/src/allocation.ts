import { GCProfiler, getHeapStatistics } from 'node:v8';

/**
 * Counts the bytes that are allocated on V8's heap until the returned function is called: the growth of the heap between the end
 * of each garbage collection and the start of the next one.
 *
 * Does not count buffers, which are outside the heap.
 */
export function countAllocations(): () => number {
  const profiler = new GCProfiler();
  profiler.start();
  let before = getHeapStatistics().used_heap_size;
  return () => {
    const now = getHeapStatistics().used_heap_size;
    let allocated = 0;
    for (const { beforeGC, afterGC } of profiler.stop().statistics) {
      // Memory that is freed between two collections can make the difference negative.
      allocated += Math.max(0, beforeGC.heapStatistics.usedHeapSize - before);
      before = afterGC.heapStatistics.usedHeapSize;
    }
    return allocated + Math.max(0, now - before);
  };
}
