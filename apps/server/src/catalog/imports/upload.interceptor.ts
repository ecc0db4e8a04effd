import {
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { type Upload, UploadsService } from './uploads.service';

declare module 'fastify' {
  interface FastifyRequest {
    upload?: Upload;
  }
}

/**
 * Stores the file of a request before the idempotency key is looked up, because the key is bound to the bytes of the
 * file. Deletes the file if the request is refused, or if it repeats an earlier one.
 */
@Injectable()
export class UploadInterceptor implements NestInterceptor {
  constructor(private readonly uploads: UploadsService) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    return from(this.handle(execution.switchToHttp().getRequest<FastifyRequest>(), next));
  }

  private async handle(request: FastifyRequest, next: CallHandler): Promise<unknown> {
    const upload = await this.uploads.store((request.body ?? []) as AsyncIterable<Buffer>);
    request.upload = upload;
    try {
      return await lastValueFrom(next.handle(), { defaultValue: undefined });
    } finally {
      await this.uploads.discard(upload.id);
    }
  }
}

/** Injects the file that `UploadInterceptor` stored. */
export const UploadedFile = createParamDecorator(
  (_: unknown, execution: ExecutionContext) => execution.switchToHttp().getRequest<FastifyRequest>().upload,
);
