"""The files of one asset's generated code: a .NET 8 back end and a React front end.

The layout is a guess: OutSystems publishes neither it nor a size limit, only that ODC runs on
.NET in containers and that its front ends are React.
"""

from __future__ import annotations

import json
import re


def project_files(name: str, revision: int, tag: str | None) -> dict[str, bytes]:
    """Write an asset's project: path within the package to content."""
    word = re.sub(r"\W", "", name)[:60] or "Asset"
    back, front = f"{word}/backend", f"{word}/frontend"
    texts = {
        f"{back}/{word}.sln": _solution(word),
        f"{back}/{word}.Logic/{word}.Logic.csproj": _project(),
        f"{back}/{word}.Logic/Actions/GetEmployee.cs": _action(word, revision, tag),
        f"{back}/{word}.Logic/Entities/Employee.cs": _entity(word),
        f"{back}/{word}.Host/{word}.Host.csproj": _project(web=True),
        f"{back}/{word}.Host/Program.cs": _program(),
        f"{front}/package.json": _manifest(word, revision),
        f"{front}/src/screens/Home.jsx": _screen(name),
        f"{front}/src/scripts/Client.js": "export const client = () => fetch('/screenservices');\n",
        f"{front}/src/styles/Theme.css": ".screen { display: flex; }\n",
    }
    return {path: text.encode() for path, text in texts.items()}


def generated_folder(name: str) -> str:
    """Give the folder that further generated code of an asset belongs to."""
    word = re.sub(r"\W", "", name)[:60] or "Asset"
    return f"{word}/backend/{word}.Logic/Generated"


def _solution(word: str) -> str:
    kind = "{9A19103F-16F7-4668-BE54-9A1E7A4F7556}"
    parts = "".join(
        f'Project("{kind}") = "{word}.{part}", "{word}.{part}\\{word}.{part}.csproj", "{{{n}}}"\n'
        "EndProject\n"
        for n, part in enumerate(("Logic", "Host"), start=1)
    )
    return f"Microsoft Visual Studio Solution File, Format Version 12.00\n{parts}"


def _project(*, web: bool = False) -> str:
    sdk = "Microsoft.NET.Sdk.Web" if web else "Microsoft.NET.Sdk"
    return (
        f'<Project Sdk="{sdk}">\n'
        "  <PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>\n"
        "</Project>\n"
    )


def _action(word: str, revision: int, tag: str | None) -> str:
    return (
        f"// {word} revision {revision} {tag or 'untagged'}\n"
        f"namespace {word}.Logic.Actions;\n\n"
        "public static class GetEmployee\n{\n"
        "    public static Task<Employee?> RunAsync(IRequestContext context, long id) =>\n"
        "        context.QueryAsync<Employee>(Queries.EmployeeById, id);\n"
        "}\n"
    )


def _entity(word: str) -> str:
    return f"namespace {word}.Logic.Entities;\n\npublic record Employee(long Id, string Name);\n"


def _program() -> str:
    return "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n"


def _manifest(word: str, revision: int) -> str:
    fields = {
        "name": word.lower(),
        "version": f"{revision}.0.0",
        "dependencies": {"react": "^18.2.0", "react-dom": "^18.2.0"},
    }
    return json.dumps(fields, indent=2) + "\n"


def _screen(name: str) -> str:
    title = json.dumps(name, ensure_ascii=False)
    return (
        'import React from "react";\n\n'
        f"export const Home = () => <div className='screen'>{{{title}}}</div>;\n"
    )
