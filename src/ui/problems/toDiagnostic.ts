import * as vscode from 'vscode';
import type { ContentProblem } from '../../core/models/content';
import { outputChannelName } from '../contributions';

/** A problem as the editor shows it, with the name of its rule for quick fixes. */
export function toDiagnostic(
  { message, severity, rule }: ContentProblem,
  range: vscode.Range,
): vscode.Diagnostic {
  const { Error, Warning } = vscode.DiagnosticSeverity;
  const diagnostic = new vscode.Diagnostic(range, message, severity === 'error' ? Error : Warning);
  diagnostic.source = outputChannelName;
  diagnostic.code = rule;
  return diagnostic;
}
