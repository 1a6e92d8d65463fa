"""The macro of AWS::Serverless over a template, as AWS runs it: parsed, translated and printed. Arguments: a template as JSON,
how often. Prints the seconds of each time as JSON."""
import json
import sys
import time

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

text = open(sys.argv[1]).read()
session = boto3.session.Session(region_name='us-east-1')
seconds = []
for _ in range(int(sys.argv[2])):
    begun = time.perf_counter()
    translated = Translator({}, Parser(), boto_session=session).translate(json.loads(text), {})
    printed = json.dumps(translated)
    seconds.append(time.perf_counter() - begun)
assert len(json.loads(printed)['Resources']) == len(json.loads(text)['Resources'])
print(json.dumps(seconds))
