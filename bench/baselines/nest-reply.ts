// Bare Nest on Fastify: one controller that returns an object, and nothing else.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

const reply = JSON.parse(process.env.REPLY!) as object;

@Controller()
class ReplyController {
  @Get(process.env.ROUTE!)
  get(): object {
    return reply;
  }
}

@Module({ controllers: [ReplyController] })
class BareModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), {
    logger: false,
  });
  await app.listen(Number(process.env.PORT), '127.0.0.1');
  process.stdout.write('ready\n');
}

void main();
