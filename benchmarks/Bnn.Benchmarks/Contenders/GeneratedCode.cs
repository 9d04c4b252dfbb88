using System.Reflection;
using System.Runtime.Loader;
using Bnn.EndToEnd.Tests;
using Bnn.Inference;
using Bnn.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Bnn.Benchmarks.Contenders;

/// <summary>What the generator makes of networks, compiled in this process with the options of a Release build.</summary>
/// <remarks>The runtime compiles it as it would any library.</remarks>
internal sealed class GeneratedCode
{
    private readonly Assembly _assembly;

    /// <summary>Generates and compiles all of them into one assembly.</summary>
    /// <exception cref="InvalidOperationException">One is refused; the message begins with the place and the id of the diagnostic.</exception>
    public GeneratedCode(IReadOnlyList<Network> networks)
    {
        IEnumerable<(string, string)> models = networks.Select((network, i) => (ClassName(i), BnnWriter.Write(network)));
        byte[] bytes = GeneratedModels.Emit([.. models], Options(OutputKind.DynamicallyLinkedLibrary));
        AssemblyBytes = bytes.Length;
        _assembly = AssemblyLoadContext.Default.LoadFromStream(new MemoryStream(bytes));
    }

    /// <summary>Size of the assembly.</summary>
    public int AssemblyBytes { get; }

    /// <summary>The same, or null and the reason if a model is too large to be compiled.</summary>
    public static GeneratedCode? Try(IReadOnlyList<Network> networks, out string reason)
    {
        try
        {
            reason = "";
            return new(networks);
        }
        catch (InvalidOperationException refused) when (refused.Message.Contains("BNN024", StringComparison.Ordinal))
        {
            reason = refused.Message;
            return null;
        }
    }

    /// <summary>Options of a Release build.</summary>
    public static CSharpCompilationOptions Options(OutputKind kind) => new(kind, optimizationLevel: OptimizationLevel.Release);

    /// <summary>The methods of network <paramref name="index"/>.</summary>
    public (PredictOne One, PredictMany Many) Methods(int index)
    {
        Type model = _assembly.GetType("Generated." + ClassName(index), throwOnError: true)!;
        return (Method<PredictOne>(nameof(Interpreter.Predict)), Method<PredictMany>(nameof(Interpreter.PredictBatch)));

        TDelegate Method<TDelegate>(string name)
            where TDelegate : Delegate => model.GetMethod(name)!.CreateDelegate<TDelegate>();
    }

    private static string ClassName(int index) => FormattableString.Invariant($"Model{index}");
}
