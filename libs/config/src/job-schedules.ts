import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';

// Syntax that all cron libraries share: five fields, or six with seconds first, of numbers and English names.
const CRON = /^[\d*,/-]+( ([\d*,/-]|[A-Za-z]{3})+){4,5}$/;

function isCron(expression: string): boolean {
  if (!CRON.test(expression)) return false;
  try {
    CronExpressionParser.parse(expression).next();
    return true;
  } catch {
    return false;
  }
}

/** Cron expressions by job name, written as `name=expression; name=expression`. */
export const jobSchedules = z.string().transform((text, context) => {
  const schedules = new Map<string, string>();
  for (const entry of text.split(';').map((part) => part.trim())) {
    if (entry === '') continue;
    const [name = '', expression = ''] = entry.split('=', 2).map((part) => part.trim());
    if (name === '' || !isCron(expression))
      context.addIssue(`must be job=cron expression, separated by semicolons; can't read "${entry}"`);
    else if (schedules.has(name)) context.addIssue(`names the job ${name} twice`);
    else schedules.set(name, expression);
  }
  return schedules;
});
