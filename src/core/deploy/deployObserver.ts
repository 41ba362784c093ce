import type { DeployStepName } from './deployPlan';

/** What a host shows while a deploy runs. Everything it is given is masked already. */
export interface DeployObserver {
  readonly onStep?: (event: StepEvent) => void;
  /** A line of output of a program that a step runs. */
  readonly onLine?: (line: string, step: DeployStepName) => void;
}

export interface StepEvent {
  readonly name: DeployStepName;
  readonly title: string;
  readonly state: 'started' | 'finished' | 'failed' | 'cancelled';
  /** How long it took; undefined when it has just begun. */
  readonly ms?: number;
  /** From 1. */
  readonly index: number;
  readonly of: number;
}
