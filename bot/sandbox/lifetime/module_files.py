"""The files of one module, as OutSystems generates them: a .NET project that does not compile."""

from __future__ import annotations

_MSBUILD = "http://schemas.microsoft.com/developer/msbuild/2003"


def module_files(module: str, version: str) -> dict[str, bytes]:
    """Write a module's project: path within the module's zip to content."""
    texts = {
        f"{module}.sln": _solution(module),
        f"{module}.csproj": _project(module, embedded=True),
        f"referencesProxy/{module}.References.csproj": _project(f"{module}.References"),
        "Actions/Actions.cs": _actions(module, version),
        "Entities/Employee.cs": _entity(),
        "Blocks/Header.aspx": f'<%@ Control Language="c#" %>\n<div title="{module}"></div>\n',
        "scripts/osjs.js": "(function ($) { 'use strict'; })(jQuery);\n",
    }
    files = {path: text.encode() for path, text in texts.items()}
    files["bin/OutSystems.RuntimeCommon.dll"] = b"MZ" + bytes(254)
    files["Resources/Texts.resources"] = b"\xce\xca\xef\xbe" + bytes(28)
    return files


def native_files(module: str) -> dict[str, bytes]:
    """Write the Android part of a mobile application's build."""
    manifest = f'<manifest package="com.example.{module.lower()}"/>\n'
    return {"source/platforms/android/AndroidManifest.xml": manifest.encode()}


def _solution(module: str) -> str:
    kind = "{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}"
    proxy = f"referencesProxy\\{module}.References.csproj"
    return (
        "Microsoft Visual Studio Solution File, Format Version 12.00\n"
        f'Project("{kind}") = "{module}", "{module}.csproj", "{{1}}"\nEndProject\n'
        f'Project("{kind}") = "{module}.References", "{proxy}", "{{2}}"\nEndProject\n'
    )


def _project(assembly: str, *, embedded: bool = False) -> str:
    resource = '<EmbeddedResource Include="Resources\\Texts.resources"/>' if embedded else ""
    return (
        f'<Project ToolsVersion="15.0" xmlns="{_MSBUILD}">\n'
        f"  <PropertyGroup><AssemblyName>{assembly}</AssemblyName>"
        "<TargetFrameworkVersion>v4.7.2</TargetFrameworkVersion></PropertyGroup>\n"
        f"  <ItemGroup>{resource}</ItemGroup>\n</Project>\n"
    )


def _actions(module: str, version: str) -> str:
    return (
        f"// {module} {version}\nnamespace ssActions {{\n  public partial class Actions {{\n"
        "    public static void ActionGetEmployee(HeContext heContext, int inParamId) {\n"
        '      heContext.Session["EmployeeId"] = inParamId;\n'
        "    }\n  }\n}\n"
    )


def _entity() -> str:
    return "namespace ssEntities {\n  public struct ENEmployeeEntityRecord { }\n}\n"
