import { Module } from '@nestjs/common';
import { HttpModule } from '@waybill/http';
import { OpenApiModule } from '@waybill/openapi';
import { modules } from './modules';

/** What a process that serves HTTP is made of. */
@Module({ imports: [HttpModule, OpenApiModule, ...modules.domain] })
export class ApiModule {}
