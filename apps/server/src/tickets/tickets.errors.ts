import { BadRequestError, DomainError } from '@waybill/core';
import { statuses, type TicketStatus, transitions } from './ticket.entity';

/** There is no ticket with this id, or it belongs to another customer. */
export class TicketNotFoundError extends DomainError {
  static override readonly code = 'ticket_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no ticket with this ID, or you may not read it.');
  }
}

/** The ticket is closed. It accepts no comment and no edit. */
export class TicketClosedError extends DomainError {
  static override readonly code = 'ticket_closed';
  static override readonly kind = 'conflict';

  constructor() {
    super('This ticket is closed and cannot be changed. Open a follow-up.');
  }
}

/** The state machine has no such transition. */
export class TransitionNotAllowedError extends DomainError {
  static override readonly code = 'ticket_transition_not_allowed';
  static override readonly kind = 'conflict';
  static override readonly members = {
    ticket_status: {
      type: 'string',
      enum: statuses,
      description: 'Only with the code `ticket_transition_not_allowed`: current status of the ticket.',
    },
    allowed: {
      type: 'array',
      items: { type: 'string', enum: statuses },
      description:
        'Only with the code `ticket_transition_not_allowed`: statuses to which the ticket can change.',
    },
  };

  static override example(): TransitionNotAllowedError {
    return new TransitionNotAllowedError('open', 'awaiting_reply');
  }

  constructor(from: TicketStatus, to: TicketStatus) {
    const allowed = transitions[from];
    super(
      allowed.length === 0
        ? `The status of a ${from} ticket cannot change. Open a follow-up.`
        : `The status cannot change from ${from} to ${to}, only to ${allowed.join(' or ')}.`,
      { members: { ticket_status: from, allowed } },
    );
  }
}

/** A customer edits a ticket that was answered. Comments may refer to its text. */
export class TicketAnsweredError extends DomainError {
  static override readonly code = 'ticket_answered';
  static override readonly kind = 'conflict';

  constructor() {
    super('You can edit a ticket only while its status is open. Write a comment instead.');
  }
}

/** Only a closed ticket has a follow-up. */
export class TicketNotClosedError extends DomainError {
  static override readonly code = 'ticket_not_closed';
  static override readonly kind = 'conflict';

  constructor() {
    super('Only a closed ticket can have a follow-up. Write a comment instead.');
  }
}

/** The ticket has a follow-up already. */
export class FollowUpExistsError extends DomainError {
  static override readonly code = 'ticket_follow_up_exists';
  static override readonly kind = 'conflict';
  static override readonly members = {
    follow_up_id: {
      type: 'string',
      format: 'uuid',
      description: 'Only with the code `ticket_follow_up_exists`: ID of the follow-up.',
    },
  };

  static override example(): FollowUpExistsError {
    return new FollowUpExistsError('019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12');
  }

  constructor(followUpId: string) {
    super(`This ticket already has a follow-up: /api/v1/tickets/${followUpId}.`, {
      members: { follow_up_id: followUpId },
    });
  }
}

/** The caller may use the route, but not for this. */
export class ManageScopeMissingError extends DomainError {
  static override readonly code = 'scope_missing';
  static override readonly kind = 'forbidden';

  static override example(): ManageScopeMissingError {
    return new ManageScopeMissingError('write internal comments');
  }

  /** @param what completes the sentence "You need the scope tickets:manage to …" */
  constructor(what: string) {
    super(`You need the scope tickets:manage to ${what}.`);
  }
}

/** A list cannot be filtered by a field that the caller does not see. */
export const staffOnlyFilters = (parameters: readonly string[]): BadRequestError =>
  new BadRequestError(
    parameters.map((parameter) => ({
      code: 'staff_only',
      detail: 'You need the scope tickets:manage for this filter.',
      parameter,
    })),
  );

export const inTheFuture = (parameter: string): BadRequestError =>
  new BadRequestError([{ code: 'in_the_future', detail: 'This time is in the future.', parameter }]);
