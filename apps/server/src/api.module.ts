import { Module } from '@nestjs/common';
import { HttpModule } from '@waybill/http';
import { OpenApiModule } from '@waybill/openapi';
import { modules } from './modules';

/** A process that serves HTTP. */
@Module({ imports: [HttpModule, OpenApiModule, ...modules.domain] })
export class ApiModule {}
