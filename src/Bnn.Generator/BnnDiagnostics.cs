using Bnn.Generator.Compiler;
using Bnn.Model;
using Microsoft.CodeAnalysis;

namespace Bnn.Generator;

/// <summary>The diagnostics of the generator: every kind of error of reader and compiler, in the same words. docs/diagnostics has a page for each.</summary>
public static class BnnDiagnostics
{
    /// <summary>Category of all diagnostics.</summary>
    public const string Category = "BnnGen";

    private static readonly Dictionary<string, DiagnosticDescriptor> s_byId =
        ModelErrors.All.Concat(CompilerErrors.All).ToDictionary(kind => kind.Id, Descriptor);

    /// <summary>All descriptors, in the order of their ids.</summary>
    public static IReadOnlyList<DiagnosticDescriptor> All { get; } = [.. s_byId.Values.OrderBy(descriptor => descriptor.Id, StringComparer.Ordinal)];

    internal static DiagnosticDescriptor Find(string id) => s_byId[id];

    private static DiagnosticDescriptor Descriptor(ModelErrorKind kind) => new(
        kind.Id, kind.Title, kind.Format, Category, kind == CompilerErrors.Lowered ? DiagnosticSeverity.Info : DiagnosticSeverity.Error,
            isEnabledByDefault: true);
}
