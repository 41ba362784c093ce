import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TenantPolling } from '../../../src/ui/files/tenantPolling';

const minute = 60_000;
let window: { active: boolean; ready: boolean; minutes: number };
let compared: number;
let polling: TenantPolling;

beforeEach(() => {
  vi.useFakeTimers();
  window = { active: true, ready: true, minutes: 10 };
  compared = 0;
  polling = new TenantPolling({
    isWindowActive: () => window.active,
    isReady: () => window.ready,
    minutes: () => window.minutes,
    compare: () => (compared += 1),
  });
});
afterEach(() => {
  polling.dispose();
  vi.useRealTimers();
});

describe('polling a tenant', () => {
  it('compares as often as the setting says while the window is active', () => {
    vi.advanceTimersByTime(9 * minute);
    expect(compared).toBe(0);
    vi.advanceTimersByTime(minute);
    expect(compared).toBe(1);
    vi.advanceTimersByTime(20 * minute);
    expect(compared).toBe(3);
  });

  it('stops when the window loses the focus, and goes on at once when it comes back', () => {
    window.active = false;
    polling.look();
    vi.advanceTimersByTime(60 * minute);
    expect(compared).toBe(0);
    window.active = true;
    polling.look();
    expect(compared).toBe(1);
    vi.advanceTimersByTime(10 * minute);
    expect(compared).toBe(2);
  });

  it('is turned off by 0 minutes, and on again by another number', () => {
    window.minutes = 0;
    vi.advanceTimersByTime(24 * 60 * minute);
    expect(compared).toBe(0);
    window.minutes = 1;
    polling.look();
    expect(compared).toBe(1);
  });

  it('waits for its whole time after anybody else has compared', () => {
    vi.advanceTimersByTime(9 * minute);
    polling.wasCompared();
    vi.advanceTimersByTime(9 * minute);
    expect(compared).toBe(0);
    vi.advanceTimersByTime(minute);
    expect(compared).toBe(1);
  });

  it('does nothing before something was compared, or while something else goes on', () => {
    window.ready = false;
    vi.advanceTimersByTime(60 * minute);
    expect(compared).toBe(0);
  });

  it('ends with the window', () => {
    polling.dispose();
    vi.advanceTimersByTime(60 * minute);
    expect(compared).toBe(0);
  });
});
