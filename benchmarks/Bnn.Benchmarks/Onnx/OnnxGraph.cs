using System.Runtime.InteropServices;
using Bnn.Benchmarks.Onnx.Format;
using Google.Protobuf;
using ElementType = Bnn.Benchmarks.Onnx.Format.ElementType;

namespace Bnn.Benchmarks.Onnx;

/// <summary>Builds an ONNX model node by node; each method returns the name of a new value.</summary>
/// <param name="name">Name of the graph.</param>
internal sealed class OnnxGraph(string name)
{
    /// <summary>Name of the only input, <c>[batch, …]</c> of bytes.</summary>
    public const string Input = "image";

    /// <summary>Name of the only output, <c>[batch]</c> of 64-bit integers.</summary>
    public const string Output = "class";

    /// <summary>Domain of the operators that ONNX Runtime adds to those of the standard.</summary>
    public const string Contrib = "com.microsoft";

    private readonly Graph _graph = new() { Name = name };
    private int _names;

    /// <summary>Declares the input, of bytes.</summary>
    public string AddInput(params ReadOnlySpan<long> shape)
    {
        _graph.Input.Add(Value(Input, ElementType.Uint8, shape));
        return Input;
    }

    /// <summary>Adds a node with one result.</summary>
    /// <param name="type">Name of the operator.</param>
    /// <param name="inputs">Names of values; empty for an optional one that is left out.</param>
    /// <param name="domain">Empty: the standard's.</param>
    /// <param name="attributes">Whole numbers, lists of them, or floats.</param>
    public string Add(string type, string[] inputs, string domain = "", params ReadOnlySpan<(string Name, object Value)> attributes) =>
        AddNamed(NextName(type), type, inputs, domain, attributes);

    /// <summary>Adds the node that gives the output.</summary>
    public void AddOutput(
        string type, string[] inputs, ElementType element, ReadOnlySpan<long> shape, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        AddNamed(Output, type, inputs, "", attributes);
        _graph.Output.Add(Value(Output, element, shape));
    }

    /// <summary>A constant of floats.</summary>
    public string Floats(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => Constant(ElementType.Float32, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A constant of bytes.</summary>
    public string Bytes(ReadOnlySpan<byte> values, params ReadOnlySpan<long> shape) => Constant(ElementType.Uint8, values, shape);

    /// <summary>A constant of signed bytes.</summary>
    public string SignedBytes(ReadOnlySpan<sbyte> values, params ReadOnlySpan<long> shape) => Constant(ElementType.Int8, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A constant of 32-bit integers.</summary>
    public string Integers(ReadOnlySpan<int> values, params ReadOnlySpan<long> shape) => Constant(ElementType.Int32, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A constant of 64-bit integers, as axes and shapes are.</summary>
    public string Longs(params ReadOnlySpan<long> values) => Constant(ElementType.Int64, MemoryMarshal.AsBytes(values), [values.Length]);

    /// <summary>The bytes of the model.</summary>
    public byte[] ToModel()
    {
        var model = new Format.Model { IrVersion = 8, ProducerName = "BnnGen benchmarks", Graph = _graph };
        model.OpsetImport.Add(new OperatorSet { Version = 18 });
        model.OpsetImport.Add(new OperatorSet { Domain = Contrib, Version = 1 });
        return model.ToByteArray();
    }

    private string AddNamed(string result, string type, string[] inputs, string domain, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new Node { Name = result, OpType = type, Domain = domain };
        node.Input.Add(inputs);
        node.Output.Add(result);
        foreach ((string attribute, object value) in attributes)
        {
            node.Attribute.Add(value switch
            {
                int number => new Format.Attribute { Name = attribute, Type = AttributeType.Int, I = number },
                float number => new Format.Attribute { Name = attribute, Type = AttributeType.Float, F = number },
                long[] numbers => new Format.Attribute { Name = attribute, Type = AttributeType.Ints, Ints = { numbers } },
                _ => throw new ArgumentException($"An attribute of type {value.GetType()}.", nameof(attributes)),
            });
        }
        _graph.Node.Add(node);
        return result;
    }

    private string Constant(ElementType type, ReadOnlySpan<byte> raw, ReadOnlySpan<long> shape)
    {
        var tensor = new Tensor { Name = NextName("constant"), DataType = type, RawData = UnsafeByteOperations.UnsafeWrap(raw.ToArray()) };
        tensor.Dims.Add(shape.ToArray());
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private string NextName(string of) => FormattableString.Invariant($"{of}_{++_names}");

    private static ValueInfo Value(string name, ElementType type, ReadOnlySpan<long> shape)
    {
        var dimensions = new TensorShape();
        foreach (long length in shape)
            dimensions.Dim.Add(new Dimension { DimValue = length });
        return new() { Name = name, Type = new Format.Type { TensorType = new TensorType { ElemType = type, Shape = dimensions } } };
    }
}
